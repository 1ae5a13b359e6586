#!/usr/bin/env node
import { runCommandLine } from '../../airbyte/command-line'
import { ANALYTICS } from '../../algolia/api/apis'
import { systemEnvironment } from '../../algolia/api/environment'
import { algoliaSearchAnalytics } from './source'

void runCommandLine(algoliaSearchAnalytics, systemEnvironment(ANALYTICS))
