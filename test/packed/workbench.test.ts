import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { CORES, makeProject, manage, type Project, projectAt, tarball, workFolder } from './support/projects'

const COMMAND = 'segment-algolia-personalization'

/** Starts the workbench in a project, has `use` ask it as a browser does, and ends it with SIGTERM. */
async function withWorkbench({ folder }: Project, use: (ask: Ask) => Promise<void>): Promise<void> {
  const bin = path.join(folder, 'node_modules/.bin', COMMAND)
  const child = spawn(process.execPath, [bin, 'workbench', '--port', '0'], { cwd: folder })
  try {
    let output = ''
    for await (const chunk of child.stdout) if (/Ctrl\+C/.test((output += String(chunk)))) break
    const [entryUrl = ''] = /http:\S+token=\S+/.exec(output) ?? []
    const entered = await fetch(entryUrl, { redirect: 'manual' })
    const cookie = String(entered.headers.getSetCookie()[0]).replace(/;.*/, '')
    await use(async (where, body) => {
      const headers = { cookie, ...(body && { 'content-type': 'application/json' }) }
      const answer = await fetch(new URL(where, entryUrl), {
        headers,
        ...(body && { method: 'POST', body: JSON.stringify(body) })
      })
      return { status: answer.status, text: await answer.text() }
    })
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  } finally {
    child.kill('SIGKILL')
  }
}

type Ask = (where: string, body?: object) => Promise<{ status: number; text: string }>

/** The event, the mapping and the profile afterwards: all that the page needs for its first task. */
async function expectToDeliver(ask: Ask): Promise<void> {
  const page = await ask('/')
  expect(page.text).toContain('<title>Workbench</title>')
  for (const [, file] of page.text.matchAll(/(?:src|href)="(\/page\/[^"]+)"/g)) {
    expect([file, (await ask(String(file))).status]).toEqual([file, 200])
  }
  expect(await ask('/page/vendor/preact.mjs')).toMatchObject({
    status: 200,
    text: expect.stringContaining('Apache-2.0')
  })
  const { actions, samples } = JSON.parse((await ask('/workbench/context')).text) as {
    actions: { slug: string; mappings: { mapping: object }[] }[]
    samples: { action: string; payload: object }[]
  }
  const [{ action, payload } = { action: '', payload: {} }] = samples
  const { mapping } = actions.find(({ slug }) => slug === action)?.mappings[0] ?? {}
  const event = JSON.parse(JSON.stringify(payload).replaceAll('{shopper}', 'user-1')) as object
  const sent = JSON.parse((await ask('/workbench/send', { action, mapping, payload: event })).text) as {
    events: object[]
  }
  expect(sent.events).toEqual([{ status: 200, outcome: 'delivered', result: 'profile updated' }])
}

test('an empty folder with the package and the core shows the workbench by one command, without a pin', async () => {
  const project = makeProject(path.join(workFolder(), 'workbench'), { 'package.json': '{}' })
  const core = `@segment/actions-core@${CORES.newest}`
  manage(project.folder, 'npm', ['install', '--silent', '--no-audit', '--no-fund', tarball(), core])
  await withWorkbench(project, expectToDeliver)
  expect(existsSync(path.join(project.folder, 'node_modules/fastify'))).toBe(false)
})

test('the oldest core of the range shows it, too', () => withWorkbench(projectAt('oldest-core'), expectToDeliver))

test('without the core it says what to install', async () => {
  const { code, error } = await projectAt('no-core').run('npx', [COMMAND, 'workbench', '--port', '0'])
  expect([code, error]).toEqual([1, expect.stringContaining('npm install @segment/actions-core')])
})
