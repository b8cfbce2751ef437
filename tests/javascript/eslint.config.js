// What the widget's files and the pages' modules are linted by: all of ESLint's own rules but those below. Undefined names are
// found by tsc.

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

import js from '@eslint/js';
import { analyze } from 'eslint-scope';
import { parse } from 'espree';

const ecmaVersion = 2022;
const { files } = JSON.parse(readFileSync(new URL('tsconfig.json', import.meta.url), 'utf8'));

/** The top-level names that a file declares, and those that it takes from elsewhere. */
function namesOf(file) {
  const tree = parse(readFileSync(new URL(file, import.meta.url), 'utf8'), { ecmaVersion, range: true });
  const { globalScope } = analyze(tree, { ecmaVersion });
  const taken = globalScope.through.map((each) => each.identifier.name);
  return { file: basename(file), declared: globalScope.variables.map((each) => each.name), taken };
}

const names = files.filter((file) => file.endsWith('.js')).map(namesOf);
const taken = new Set(names.flatMap((each) => each.taken));

/** The files are joined into one scope: what another one takes of a file's names is used. */
function unused({ file, declared }) {
  const isUsed = `^(${declared.filter((each) => taken.has(each)).join('|')})$`;
  const rule = ['error', { varsIgnorePattern: isUsed, argsIgnorePattern: '^_$', args: 'all' }];
  return { files: [`**/widget/${file}`], rules: { 'no-unused-vars': rule } };
}

export default [
  js.configs.all,
  {
    languageOptions: { ecmaVersion, sourceType: 'script' },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // The files are joined into a strict function, and checked by tsc.
      'no-implicit-globals': 'off',
      'no-undef': 'off',
      strict: 'off',
      // How the code is written.
      curly: ['error', 'multi-line'],
      'func-style': ['error', 'declaration', { allowArrowFunctions: true }],
      'max-lines': ['error', { skipComments: true, skipBlankLines: true }],
      'max-params': ['error', 4],
      'no-console': ['error', { allow: ['warn'] }],
      'no-implicit-coercion': ['error', { allow: ['+'] }],
      'no-use-before-define': ['error', { functions: false }],
      'one-var': ['error', 'never'],
      // A matter of taste, or of the script's size.
      camelcase: 'off',
      'capitalized-comments': 'off',
      'class-methods-use-this': 'off',
      'id-length': 'off',
      'init-declarations': 'off',
      'max-classes-per-file': 'off',
      'max-statements': 'off',
      'no-await-in-loop': 'off',
      'no-bitwise': 'off',
      'no-continue': 'off',
      'no-magic-numbers': 'off',
      'no-multi-assign': 'off',
      'no-negated-condition': 'off',
      'no-nested-ternary': 'off',
      'no-plusplus': 'off',
      'no-ternary': 'off',
      'no-undefined': 'off',
      'no-void': 'off',
      'prefer-named-capture-group': 'off',
      'require-atomic-updates': 'off',
      'require-unicode-regexp': 'off',
      'sort-keys': 'off',
    },
  },
  ...names.map(unused),
  {
    files: ['**/pages/static/**'],
    languageOptions: { ecmaVersion: 2024, sourceType: 'module' },
    rules: {
      'no-unused-vars': ['error', { argsIgnorePattern: '^_$', args: 'all' }],
      // Types are told in comments, and imports stand in the order of the alphabet whatever they take.
      'no-inline-comments': 'off',
      'sort-imports': 'off',
    },
  },
];
