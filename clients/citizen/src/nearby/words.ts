import { t } from '@sanwei/web/i18n'
import type { PublicCaseFragment } from '../gql/graphql.ts'

/** 180 米 · 1.2 公里 */
export const distanceWords = (metres: number): string =>
  metres < 1000 ? t('distance.m', { count: metres }) : t('distance.km', { count: (metres / 1000).toFixed(1) })

/** 12 位街坊在关注 */
export const followWords = (count: number): string => t(count === 1 ? 'nearby.follower' : 'nearby.followers', { count })

/** 180 米 · 12 位街坊在关注 */
export const caseLine = ({ distanceM, followers }: PublicCaseFragment): string =>
  [distanceWords(distanceM), followers ? followWords(followers) : ''].filter(Boolean).join(' · ')

/** What a neighbour's case is called: its kind, or that it is still being looked at. */
export const caseTitle = ({ title }: { title: string }): string => title || t('nearby.untitled')
