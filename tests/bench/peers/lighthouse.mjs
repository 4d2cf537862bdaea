// node lighthouse.mjs PORT URL: Lighthouse's mobile run in the browser that listens on PORT, as it is; three runs, the middle one.
import lighthouse from 'lighthouse'

const [port, url] = process.argv.slice(2)
const flags = {
  port: Number(port),
  disableStorageReset: true, // who is signed in stays so
  logLevel: 'error',
  onlyCategories: ['performance', 'accessibility', 'best-practices'],
}
const runs = []
for (let n = 0; n < 3; n++) runs.push((await lighthouse(url, flags)).lhr)
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
