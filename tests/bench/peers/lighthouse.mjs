// node lighthouse.mjs URL BROWSER PROFILE FLAG...: Lighthouse's mobile run as the person of the profile, who stays signed in
// while the app's files are forgotten before each of three runs; the middle one.
import { launch } from 'chrome-launcher'
import lighthouse from 'lighthouse'

const [url, chromePath, userDataDir, ...chromeFlags] = process.argv.slice(2)
const chrome = await launch({ chromePath, userDataDir, chromeFlags: ['--headless', ...chromeFlags], logLevel: 'error' })
const flags = {
  port: chrome.port,
  logLevel: 'error',
  onlyCategories: ['performance', 'accessibility', 'best-practices'],
}
const runs = []
for (let n = 0; n < 3; n++) runs.push((await lighthouse(url, flags)).lhr)
chrome.kill()
const value = (run, audit) => run.audits[audit].numericValue
runs.sort((a, b) => value(a, 'largest-contentful-paint') - value(b, 'largest-contentful-paint'))
const run = runs[1]
const bad = Object.values(run.categories).flatMap(({ auditRefs }) =>
  auditRefs.filter(({ id, weight }) => weight > 0 && (run.audits[id].score ?? 1) < 0.9).map(({ id }) => id),
)
console.log(
  JSON.stringify({
    score: Object.fromEntries(Object.entries(run.categories).map(([name, { score }]) => [name, Math.round(score * 100)])),
    lcp: value(run, 'largest-contentful-paint') / 1000,
    cls: value(run, 'cumulative-layout-shift'),
    tbt: value(run, 'total-blocking-time'),
    bad: [...new Set(bad)],
    error: run.runtimeError?.message,
  }),
)
