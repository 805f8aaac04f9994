/** placeholder */
import type { FunctionName } from '@apical/core';
import type { Code } from './assembler.js';
import type { Locals, Size } from './kernel-code.js';
export const vectorFunctions: Partial<Record<FunctionName, (size: Size, l: Locals, x: Code) => Code>> = {};
