// The import rules of docs/architecture.md ("Who may import whom") are the zones below.
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

const components = ['control-plane', 'kubelet-agent', 'kube-proxy'];
const rooms = ['api', 'controllers', 'scheduler', 'node-plane'];

const zones = [
  {
    target: ['./lib', './proto'],
    from: [...components, 'cli', 'testing', 'test', 'bench'].map((name) => `./${name}`),
    message: 'lib and proto import no component.',
  },
  ...components.map((name) => ({
    target: `./${name}`,
    from: [...components.filter((other) => other !== name), 'cli', 'testing', 'test', 'bench'].map((other) => `./${other}`),
    message: 'Components never import each other; they meet through proto/ and lib/.',
  })),
  {
    target: ['./cli', './testing'],
    from: components.map((name) => `./${name}`),
    message: 'cli and testing start components as processes; they import proto/ and lib/ only.',
  },
  ...rooms.map((name) => ({
    target: `./control-plane/${name}`,
    from: rooms.filter((other) => other !== name).map((other) => `./control-plane/${other}`),
    message: 'Rooms of the control plane meet only through store and resources.',
  })),
  {
    target: './control-plane/store',
    from: ['./control-plane'],
    except: ['./store'],
    message: 'The store imports nothing of the control plane.',
  },
  {
    target: './control-plane/resources',
    from: [...rooms, 'pki'].map((room) => `./control-plane/${room}`),
    message: 'resources imports store only.',
  },
  {
    target: './control-plane/pki',
    from: [...rooms, 'store', 'resources'].map((room) => `./control-plane/${room}`),
    message: 'pki is pure of the rest of the control plane.',
  },
];

const onlyHome = (name, home) => ({ name, message: `${name} has one home: ${home}.` });
const restricted = [
  onlyHome('dockerode', 'kubelet-agent/runtime/docker'),
  onlyHome('winston', 'lib/log'),
  onlyHome('node:child_process', 'a *-runner.ts'),
  onlyHome('child_process', 'a *-runner.ts'),
];
const restrictedImports = (...allowed) => ['error', { paths: restricted.filter(({ name }) => !allowed.includes(name)) }];
const clockMessage = 'Time comes from a Clock (lib/clock).';

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'testing/dist/**',
      'node_modules/**',
      'proto/gen/**',
      'lib/kubernetes/types/**',
      'examples/**',
      'lab/**',
      'bin/**',
      '*.config.js',
      'scripts/*.js',
      '**/*.cjs',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': 'off',
      'no-restricted-imports': restrictedImports(),
      'no-restricted-properties': ['error', { object: 'Date', property: 'now', message: clockMessage }],
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'].map((name) => ({ name, message: clockMessage })),
      ],
      'no-empty': ['error', { allowEmptyCatch: false }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidOperator: true }],
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
    },
  },
  { files: ['lib/clock/**'], rules: { 'no-restricted-properties': 'off', 'no-restricted-globals': 'off' } },
  { files: ['lib/log/**'], rules: { 'no-restricted-imports': restrictedImports('winston') } },
  { files: ['kubelet-agent/runtime/docker/**'], rules: { 'no-restricted-imports': restrictedImports('dockerode') } },
  { files: ['**/*-runner.ts'], rules: { 'no-restricted-imports': restrictedImports('node:child_process') } },
  {
    files: ['**/*.test.ts', '**/*-contract.ts', 'test/**', 'bench/**', 'scripts/**'],
    rules: {
      'no-restricted-imports': 'off',
      'no-restricted-properties': 'off',
      'no-restricted-globals': 'off',
      'import-x/no-restricted-paths': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
);
