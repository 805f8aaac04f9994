import tseslint from 'typescript-eslint';

const numbersOnly = {
  'no-restricted-properties': [
    'error',
    { object: 'Math', property: 'random', message: 'draw from a named stream' },
    { object: 'Date', property: 'now', message: 'take the injected Clock' },
  ],
};

export default tseslint.config(
  { ignores: ['**/dist/**', '**/.tap/**', '**/*.wasm', 'runs/**', '**/*.mjs', 'packages/cli/bin/**'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      ...numbersOnly,
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-implied-eval': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  { files: ['**/test/**/*.ts', 'test/**/*.ts'], rules: { '@typescript-eslint/no-floating-promises': 'off' } },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
);
