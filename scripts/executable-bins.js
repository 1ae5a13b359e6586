'use strict'

// Lets a clone run its own commands as an installed package does, by `npx`: the compiler writes files that can't be executed.

const { chmodSync } = require('node:fs')
const { join } = require('node:path')
const { bin } = require('../package.json')

for (const file of Object.values(bin)) chmodSync(join(__dirname, '..', file), 0o755)
