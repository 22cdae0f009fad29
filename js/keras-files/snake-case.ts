// SPDX-License-Identifier: Apache-2.0

/** The name of a class in the paths of weights: 'conv2d_transpose' for Conv2DTranspose. */
export function toSnakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
