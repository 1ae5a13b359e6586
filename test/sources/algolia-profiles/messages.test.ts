import { messageSchema } from '../../../src/airbyte/protocol'

/** Messages as the protocol has them, written by hand: of each type that a source hands out, one with everything and one with little. */
const VALID: Record<string, unknown[]> = {
  RECORD: [
    { type: 'RECORD', record: { stream: 'profiles', data: {}, emitted_at: 1772366400000 } },
    {
      type: 'RECORD',
      record: {
        namespace: 'shop',
        stream: 'profiles',
        data: { algolia_user_id: 'anna', nested: { list: [1, null] } },
        emitted_at: 1772366400000,
        meta: {
          changes: [
            { field: 'algolia_user_type', change: 'NULLED', reason: 'SOURCE_SERIALIZATION_ERROR' },
            { field: 'algolia_segment_ids', change: 'TRUNCATED', reason: 'SOURCE_RECORD_SIZE_LIMITATION' }
          ]
        }
      }
    }
  ],
  STATE: [
    { type: 'STATE', state: {} },
    {
      type: 'STATE',
      state: {
        type: 'STREAM',
        stream: { stream_descriptor: { name: 'profiles', namespace: 'shop' }, stream_state: { cursor: '2026-03-01' } },
        sourceStats: { recordCount: 7, rejectedRecordCount: 0.0 }
      }
    },
    {
      type: 'STATE',
      state: {
        type: 'GLOBAL',
        global: { shared_state: { a: 1 }, stream_states: [{ stream_descriptor: { name: 'profiles' } }] },
        destinationStats: { recordCount: 7 }
      }
    },
    { type: 'STATE', state: { type: 'LEGACY', data: { profiles: {} } } }
  ],
  LOG: [
    { type: 'LOG', log: { level: 'INFO', message: 'Reading.' } },
    { type: 'LOG', log: { level: 'FATAL', message: 'It broke.', stack_trace: 'at main' } }
  ],
  SPEC: [
    { type: 'SPEC', spec: { connectionSpecification: { type: 'object' } } },
    {
      type: 'SPEC',
      spec: {
        protocol_version: '0.3.2',
        documentationUrl: 'https://example.com/documentation',
        changelogUrl: 'https://example.com/changes',
        connectionSpecification: { type: 'object', properties: {} },
        supportsIncremental: true,
        supportsNormalization: false,
        supportsDBT: false,
        supported_destination_sync_modes: ['append', 'overwrite', 'append_dedup', 'update', 'soft_delete']
      }
    }
  ],
  CONNECTION_STATUS: [
    { type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } },
    { type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: 'The key is wrong.' } }
  ],
  CATALOG: [
    { type: 'CATALOG', catalog: { streams: [] } },
    {
      type: 'CATALOG',
      catalog: {
        streams: [
          { name: 'profiles', json_schema: {}, supported_sync_modes: ['full_refresh'] },
          {
            name: 'profiles',
            namespace: 'shop',
            json_schema: { type: 'object' },
            supported_sync_modes: ['full_refresh', 'incremental'],
            source_defined_cursor: true,
            default_cursor_field: ['algolia_last_updated'],
            source_defined_primary_key: [['algolia_user_id'], ['nested', 'key']],
            is_resumable: true,
            is_file_based: false
          }
        ]
      }
    }
  ],
  TRACE: [
    { type: 'TRACE', trace: { type: 'ERROR', emitted_at: 1772366400000.5, error: { message: 'It broke.' } } },
    {
      type: 'TRACE',
      trace: {
        type: 'ERROR',
        emitted_at: 1772366400000,
        error: {
          message: 'It broke.',
          internal_message: 'HTTP 500',
          stack_trace: 'at main',
          failure_type: 'transient_error',
          stream_descriptor: { name: 'profiles' }
        }
      }
    },
    {
      type: 'TRACE',
      trace: {
        type: 'STREAM_STATUS',
        emitted_at: 1772366400000,
        stream_status: { stream_descriptor: { name: 'profiles' }, status: 'STARTED' }
      }
    },
    {
      type: 'TRACE',
      trace: {
        type: 'STREAM_STATUS',
        emitted_at: 1772366400000,
        stream_status: {
          stream_descriptor: { name: 'profiles' },
          status: 'RUNNING',
          reasons: [{ type: 'RATE_LIMITED', rate_limited: { quota_reset: 1772366460000 } }, { type: 'RATE_LIMITED' }]
        }
      }
    },
    {
      type: 'TRACE',
      trace: {
        type: 'ESTIMATE',
        emitted_at: 1772366400000,
        estimate: { name: 'profiles', type: 'STREAM', namespace: 'shop', row_estimate: 10, byte_estimate: 1000 }
      }
    },
    {
      type: 'TRACE',
      trace: { type: 'ANALYTICS', emitted_at: 1772366400000, analytics: { type: 'windows-split', value: '3' } }
    }
  ]
}

const INVALID: Record<string, unknown[]> = {
  'no message': [null, 'RECORD', [], {}, { type: 'NOISE' }, { record: {} }],
  RECORD: [
    { type: 'RECORD' },
    { type: 'RECORD', record: { data: {}, emitted_at: 1 } },
    { type: 'RECORD', record: { stream: 'profiles', emitted_at: 1 } },
    { type: 'RECORD', record: { stream: 'profiles', data: {} } },
    { type: 'RECORD', record: { stream: 'profiles', data: [], emitted_at: 1 } },
    { type: 'RECORD', record: { stream: 'profiles', data: 'x', emitted_at: 1 } },
    { type: 'RECORD', record: { stream: 7, data: {}, emitted_at: 1 } },
    { type: 'RECORD', record: { stream: 'profiles', data: {}, emitted_at: 1.5 } },
    { type: 'RECORD', record: { stream: 'profiles', data: {}, emitted_at: '2026-03-01' } },
    { type: 'RECORD', record: { stream: 'profiles', data: {}, emitted_at: 1, meta: { changes: [{ field: 'a' }] } } },
    {
      type: 'RECORD',
      record: {
        stream: 'a',
        data: {},
        emitted_at: 1,
        meta: { changes: [{ field: 'a', change: 'NULLED', reason: 'WHIM' }] }
      }
    },
    {
      type: 'RECORD',
      record: {
        stream: 'a',
        data: {},
        emitted_at: 1,
        meta: { changes: [{ field: 'a', change: 'CHANGED', reason: 'SOURCE_RETRIEVAL_ERROR' }] }
      }
    }
  ],
  STATE: [
    { type: 'STATE' },
    { type: 'STATE', state: { type: 'PER_STREAM' } },
    { type: 'STATE', state: { type: 'STREAM', stream: {} } },
    { type: 'STATE', state: { type: 'STREAM', stream: { stream_descriptor: {} } } },
    { type: 'STATE', state: { type: 'STREAM', stream: { stream_descriptor: { name: 'a' }, stream_state: 'x' } } },
    { type: 'STATE', state: { type: 'STREAM', sourceStats: { recordCount: '7' } } },
    { type: 'STATE', state: { type: 'GLOBAL', global: { shared_state: {} } } },
    { type: 'STATE', state: { type: 'LEGACY', data: 7 } }
  ],
  LOG: [
    { type: 'LOG' },
    { type: 'LOG', log: { message: 'a' } },
    { type: 'LOG', log: { level: 'INFO' } },
    { type: 'LOG', log: { level: 'WARNING', message: 'a' } },
    { type: 'LOG', log: { level: 'INFO', message: 7 } }
  ],
  SPEC: [
    { type: 'SPEC' },
    { type: 'SPEC', spec: {} },
    { type: 'SPEC', spec: { connectionSpecification: 'object' } },
    { type: 'SPEC', spec: { connectionSpecification: {}, documentationUrl: 'nowhere' } },
    { type: 'SPEC', spec: { connectionSpecification: {}, supportsIncremental: 'yes' } },
    { type: 'SPEC', spec: { connectionSpecification: {}, supported_destination_sync_modes: ['merge'] } }
  ],
  CONNECTION_STATUS: [
    { type: 'CONNECTION_STATUS' },
    { type: 'CONNECTION_STATUS', connectionStatus: {} },
    { type: 'CONNECTION_STATUS', connectionStatus: { status: 'OK' } },
    { type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: {} } }
  ],
  CATALOG: [
    { type: 'CATALOG' },
    { type: 'CATALOG', catalog: {} },
    { type: 'CATALOG', catalog: { streams: [{ json_schema: {}, supported_sync_modes: ['incremental'] }] } },
    { type: 'CATALOG', catalog: { streams: [{ name: 'a', supported_sync_modes: ['incremental'] }] } },
    { type: 'CATALOG', catalog: { streams: [{ name: 'a', json_schema: {} }] } },
    { type: 'CATALOG', catalog: { streams: [{ name: 'a', json_schema: {}, supported_sync_modes: [] }] } },
    { type: 'CATALOG', catalog: { streams: [{ name: 'a', json_schema: {}, supported_sync_modes: ['cdc'] }] } },
    {
      type: 'CATALOG',
      catalog: {
        streams: [
          { name: 'a', json_schema: {}, supported_sync_modes: ['incremental'], source_defined_primary_key: ['id'] }
        ]
      }
    }
  ],
  TRACE: [
    { type: 'TRACE' },
    { type: 'TRACE', trace: { type: 'ERROR' } },
    { type: 'TRACE', trace: { type: 'PANIC', emitted_at: 1 } },
    { type: 'TRACE', trace: { type: 'ERROR', emitted_at: 1, error: {} } },
    { type: 'TRACE', trace: { type: 'ERROR', emitted_at: 1, error: { message: 'a', failure_type: 'user_error' } } },
    { type: 'TRACE', trace: { type: 'STREAM_STATUS', emitted_at: 1, stream_status: { status: 'STARTED' } } },
    {
      type: 'TRACE',
      trace: {
        type: 'STREAM_STATUS',
        emitted_at: 1,
        stream_status: { stream_descriptor: { name: 'a' }, status: 'DONE' }
      }
    },
    {
      type: 'TRACE',
      trace: {
        type: 'STREAM_STATUS',
        emitted_at: 1,
        stream_status: { stream_descriptor: { name: 'a' }, status: 'RUNNING', reasons: [{ type: 'TIRED' }] }
      }
    },
    {
      type: 'TRACE',
      trace: {
        type: 'STREAM_STATUS',
        emitted_at: 1,
        stream_status: {
          stream_descriptor: { name: 'a' },
          status: 'RUNNING',
          reasons: [{ type: 'RATE_LIMITED', rate_limited: { quota_reset: 1.5 } }]
        }
      }
    },
    { type: 'TRACE', trace: { type: 'ESTIMATE', emitted_at: 1, estimate: { name: 'profiles' } } },
    {
      type: 'TRACE',
      trace: { type: 'ESTIMATE', emitted_at: 1, estimate: { name: 'a', type: 'STREAM', row_estimate: 1.5 } }
    },
    { type: 'TRACE', trace: { type: 'ANALYTICS', emitted_at: 1, analytics: { value: '3' } } }
  ]
}

const cases = (messages: Record<string, unknown[]>): [string, string, unknown][] =>
  Object.entries(messages).flatMap(([type, list]) =>
    list.map((message): [string, string, unknown] => [type, JSON.stringify(message), message])
  )

test.each(cases(VALID))('%s: %s is a message, and stays as it is', (_, __, message) => {
  expect(messageSchema.parse(message)).toEqual(message)
})

test.each(cases(VALID))('%s: %s may hold further properties', (_, __, message) => {
  const [key] = Object.keys(message as object).filter((name) => name !== 'type')
  const content = { ...(message as Record<string, object>)[key ?? ''], further: { property: 1 } }
  const extended = { ...(message as object), [key ?? '']: content, another: 2 }
  expect(messageSchema.parse(extended)).toEqual(extended)
})

test.each(cases(INVALID))('%s: %s is no message', (_, __, message) => {
  expect(messageSchema.safeParse(message).success).toBe(false)
})
