import type { CodegenConfig } from '@graphql-codegen/cli'

/** Types of one app: its role's schema, its own documents and the fragments all apps share. */
const app = (name: string): CodegenConfig['generates'] => ({
  [`clients/${name}/src/gql/`]: {
    schema: `shared/schema/${name}.graphql`,
    documents: [`clients/${name}/src/**/*.graphql`, 'shared/web/fragments/*.graphql'],
    preset: 'client',
    presetConfig: { fragmentMasking: false },
    config: {
      documentMode: 'string',
      enumsAsTypes: true,
      useTypeImports: true,
      strictScalars: true,
      scalars: { Date: 'string', DateTime: 'string', ID: 'string' },
    },
  },
})

/** All apps, or the one named by APP. */
const apps = process.env.APP ? [process.env.APP] : ['citizen', 'officer', 'leader']

export default {
  ignoreNoDocuments: true,
  generates: Object.assign({}, ...apps.map(app)),
} satisfies CodegenConfig
