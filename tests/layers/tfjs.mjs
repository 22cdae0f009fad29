// SPDX-License-Identifier: Apache-2.0
// TensorFlow.js with its layers, on its cpu backend.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** {core, layers}, or null if they are not installed. */
export function loadTfjsLayers() {
  const { warn, log } = console;
  // The banner of tfjs-core in Node.
  console.warn = () => {};
  console.log = () => {};
  try {
    const core = require('@tensorflow/tfjs-core');
    require('@tensorflow/tfjs-backend-cpu');
    return { core, layers: require('@tensorflow/tfjs-layers') };
  } catch {
    return null;
  } finally {
    console.warn = warn;
    console.log = log;
  }
}

/** An IOHandler that keeps the artifacts in memory. */
export class MemoryHandler {
  async save(artifacts) {
    this.artifacts = { ...artifacts, weightData: artifacts.weightData };
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  }

  async load() {
    return this.artifacts;
  }
}
