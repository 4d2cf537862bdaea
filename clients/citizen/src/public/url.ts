/** The address of a case's public page, to be handed on. */
export const publicUrl = (no: string): string => `${location.origin}${location.pathname}#/p/${no}`
