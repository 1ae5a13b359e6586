const js = require('@eslint/js')
const globals = require('globals')
const importX = require('eslint-plugin-import-x')
const tseslint = require('typescript-eslint')
const { zones } = require('./eslint.floors')

module.exports = tseslint.config(
  { ignores: ['dist/', '.start/', 'coverage/', '**/generated-types.ts'] },
  js.configs.recommended,
  {
    files: ['**/*.js'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: globals.node
    }
  },
  {
    files: ['src/workbench/page/**/*.mjs'],
    languageOptions: { globals: globals.browser },
    rules: { 'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }] }
  },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: __dirname } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error'
    }
  },
  {
    files: ['src/**/*.ts'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [importX.createNodeResolver({ extensions: ['.ts', '.js', '.json'] })]
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { basePath: __dirname, zones }],
      'import-x/no-cycle': ['error', { ignoreExternal: true }]
    }
  },
  {
    // Tests look into untyped JSON answers.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off'
    }
  },
  {
    // The folder is copied into the host's repository as it is: nothing but the host's core may be imported.
    files: ['src/destinations/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!\\.{1,2}(/|$)|@segment/actions-core$|@segment/actions-core/)',
              message: 'The destination imports only itself and @segment/actions-core.'
            }
          ]
        }
      ]
    }
  }
)
