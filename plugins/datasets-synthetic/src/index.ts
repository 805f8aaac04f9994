/** Data sets that are generated, not downloaded. */
import { apiVersion, definePlugin } from '@apical/core';
import { teacherStudentDataset } from './teacher-student.js';
import { yinYangDataset } from './yin-yang.js';

export { mersenneTwister } from './mersenne-twister.js';
export type { MersenneTwister } from './mersenne-twister.js';
export { createTeacher } from './teacher.js';
export type { Teacher, TeacherSpec } from './teacher.js';
export { createTeacherStudent, teacherStudentDataset } from './teacher-student.js';
export { createYinYang, yinYang, yinYangClass, yinYangDataset } from './yin-yang.js';
export type { YinYangSet } from './yin-yang.js';

export default definePlugin({
  name: 'datasets-synthetic',
  api: apiVersion,
  doc: 'Yin-Yang and teacher-student data, generated',
  contributes: { Dataset: [yinYangDataset, teacherStudentDataset] },
});
