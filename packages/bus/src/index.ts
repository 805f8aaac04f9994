/** Public names of `@apical/bus`: the event bus on rxjs. */
export { createBus } from './bus.js';
export { pipeEvents } from './pipe-events.js';
