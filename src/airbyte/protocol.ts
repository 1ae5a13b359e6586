import { z } from 'zod'

/**
 * The messages of the Airbyte protocol 0.3.2 that a source takes in and hands out, as shapes. Further properties may stand
 * beside those named here wherever the protocol allows them, which is everywhere.
 */

const streamDescriptor = z.looseObject({ name: z.string(), namespace: z.string().optional() })
const syncMode = z.enum(['full_refresh', 'incremental'])
const stateStats = z.looseObject({ recordCount: z.number().optional(), rejectedRecordCount: z.number().optional() })
const streamState = z.looseObject({
  stream_descriptor: streamDescriptor,
  stream_state: z.record(z.string(), z.unknown()).nullish()
})

const log = z.looseObject({
  level: z.enum(['FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE']),
  message: z.string(),
  stack_trace: z.string().optional()
})

const spec = z.looseObject({
  documentationUrl: z.url().optional(),
  changelogUrl: z.url().optional(),
  connectionSpecification: z.record(z.string(), z.unknown()),
  supportsIncremental: z.boolean().optional(),
  supported_destination_sync_modes: z
    .array(z.enum(['append', 'overwrite', 'append_dedup', 'update', 'soft_delete']))
    .optional(),
  protocol_version: z.string().optional()
})

const connectionStatus = z.looseObject({ status: z.enum(['SUCCEEDED', 'FAILED']), message: z.string().optional() })

const stream = z.looseObject({
  name: z.string(),
  json_schema: z.record(z.string(), z.unknown()),
  supported_sync_modes: z.array(syncMode).min(1),
  source_defined_cursor: z.boolean().optional(),
  default_cursor_field: z.array(z.string()).optional(),
  source_defined_primary_key: z.array(z.array(z.string())).optional(),
  namespace: z.string().nullish(),
  is_resumable: z.boolean().optional()
})

const record = z.looseObject({
  namespace: z.string().optional(),
  stream: z.string(),
  data: z.record(z.string(), z.unknown()),
  emitted_at: z.int(),
  meta: z
    .looseObject({
      changes: z
        .array(
          z.looseObject({
            field: z.string(),
            change: z.enum(['NULLED', 'TRUNCATED']),
            reason: z.enum([
              'SOURCE_RECORD_SIZE_LIMITATION',
              'DESTINATION_RECORD_SIZE_LIMITATION',
              'PLATFORM_RECORD_SIZE_LIMITATION',
              'SOURCE_FIELD_SIZE_LIMITATION',
              'DESTINATION_FIELD_SIZE_LIMITATION',
              'PLATFORM_FIELD_SIZE_LIMITATION',
              'SOURCE_SERIALIZATION_ERROR',
              'DESTINATION_SERIALIZATION_ERROR',
              'PLATFORM_SERIALIZATION_ERROR',
              'SOURCE_RETRIEVAL_ERROR',
              'DESTINATION_TYPECAST_ERROR'
            ])
          })
        )
        .optional()
    })
    .optional()
})

const state = z.looseObject({
  type: z.enum(['GLOBAL', 'STREAM', 'LEGACY']).optional(),
  stream: streamState.optional(),
  global: z.looseObject({ shared_state: z.unknown().optional(), stream_states: z.array(streamState) }).optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  sourceStats: stateStats.optional(),
  destinationStats: stateStats.optional()
})

const trace = z.looseObject({
  type: z.enum(['ERROR', 'ESTIMATE', 'STREAM_STATUS', 'ANALYTICS']),
  emitted_at: z.number(),
  error: z
    .looseObject({
      message: z.string(),
      internal_message: z.string().optional(),
      stack_trace: z.string().optional(),
      failure_type: z.enum(['system_error', 'config_error', 'transient_error']).optional(),
      stream_descriptor: streamDescriptor.optional()
    })
    .optional(),
  stream_status: z
    .looseObject({
      stream_descriptor: streamDescriptor,
      status: z.enum(['STARTED', 'RUNNING', 'COMPLETE', 'INCOMPLETE']),
      reasons: z
        .array(
          z.looseObject({
            type: z.literal('RATE_LIMITED'),
            rate_limited: z.looseObject({ quota_reset: z.int().optional() }).optional()
          })
        )
        .optional()
    })
    .optional(),
  estimate: z
    .looseObject({
      name: z.string(),
      type: z.enum(['STREAM', 'SYNC']),
      namespace: z.string().optional(),
      row_estimate: z.int().optional(),
      byte_estimate: z.int().optional()
    })
    .optional(),
  analytics: z.looseObject({ type: z.string(), value: z.string().optional() }).optional()
})

/** A line of a source's standard output. */
export const messageSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('RECORD'), record }),
  z.looseObject({ type: z.literal('STATE'), state }),
  z.looseObject({ type: z.literal('LOG'), log }),
  z.looseObject({ type: z.literal('SPEC'), spec }),
  z.looseObject({ type: z.literal('CONNECTION_STATUS'), connectionStatus }),
  z.looseObject({ type: z.literal('CATALOG'), catalog: z.looseObject({ streams: z.array(stream) }) }),
  z.looseObject({ type: z.literal('TRACE'), trace })
])

/** A message of the Airbyte protocol that a source hands out. */
export type AirbyteMessage = z.output<typeof messageSchema>

/** What a host says is to be read. */
export const configuredCatalogSchema = z.looseObject({
  streams: z.array(
    z.looseObject({
      // Hosts pass the discovered stream whole; only its name matters to what is read.
      stream: z.looseObject({ name: z.string() }),
      sync_mode: z.string(),
      destination_sync_mode: z.string().optional()
    })
  )
})

/** What a host passes in as state: a list of states, one for each stream. */
export const stateInputSchema = z.array(state)

export type LogLevel = z.output<typeof log>['level']
export type StreamStatus = 'STARTED' | 'RUNNING' | 'COMPLETE' | 'INCOMPLETE'
