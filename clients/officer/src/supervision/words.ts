import { t } from '@sanwei/web/i18n'
import type { SupervisionFragment } from '../gql/graphql'

/** The instruction; what the system issues speaks by its kind. */
export const wordsOf = ({ text, kind }: Pick<SupervisionFragment, 'text' | 'kind'>): string =>
  text || t(`supervision.says.${kind}`)
