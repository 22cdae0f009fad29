// SPDX-License-Identifier: Apache-2.0

/**
 * A class that constructors of ES5 can extend, too: code that was compiled for old browsers calls the base class,
 * `Base.call(this, args)`, which classes do not allow.
 */
export function callableClass<T extends abstract new (...args: never[]) => object>(cls: T): T {
  return new Proxy(cls, {
    apply: (target, self, args) => Reflect.construct(target, args, self?.constructor ?? target),
  });
}
