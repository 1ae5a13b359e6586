#!/usr/bin/env node
import { runCommandLine } from '../../airbyte/command-line'
import { systemEnvironment } from '../../algolia/api/environment'
import { algoliaProfiles } from './source'

void runCommandLine(algoliaProfiles, systemEnvironment())
