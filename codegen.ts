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
      scalars: { DateTime: 'string', ID: 'string' },
    },
  },
})

export default {
  ignoreNoDocuments: true,
  generates: { ...app('citizen'), ...app('officer'), ...app('leader') },
} satisfies CodegenConfig
