import type { Language } from '@sanwei/web/i18n'

/** What a citizen can choose, each in its own words. */
export const LANGUAGES: readonly { value: Language; label: string }[] = [
  { value: 'zh-CN', label: '简体' },
  { value: 'zh-Hant', label: '繁體' },
  { value: 'en', label: 'English' },
]
