// SPDX-License-Identifier: Apache-2.0
// Layers that several models of a file share: they get an id, by which they become one layer again.
import type { Config } from './config.js';
import { Container } from './container.js';
import type { Layer } from './layer.js';

interface SavedLayer {
  name?: string;
  config: Config;
  shared_object_id?: number;
}

/** Gives layers that are saved more than once in the config of a model a `shared_object_id`, as Keras does. */
export function addSharedIds(model: Container, config: Config): void {
  const places = new Map<Layer, SavedLayer[]>();
  const visit = (container: Container, { layers }: Config) => {
    for (const saved of (layers ?? []) as SavedLayer[]) {
      const name = saved.name ?? saved.config['name'];
      const layer = container.layers.find((candidate) => candidate.name === name);
      if (!layer) continue;
      places.set(layer, [...(places.get(layer) ?? []), saved]);
      if (layer instanceof Container) visit(layer, saved.config);
    }
  };
  visit(model, config);
  let lastId = 0;
  for (const saved of places.values()) {
    if (saved.length < 2) continue;
    lastId += 1;
    for (const place of saved) place.shared_object_id = lastId;
  }
}
