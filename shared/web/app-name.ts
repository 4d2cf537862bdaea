export type AppName = 'citizen' | 'officer' | 'leader'

/** Which of the three apps this page is: `data-app` on `<html>`. */
export const appName = (document.documentElement.dataset.app ?? 'citizen') as AppName
