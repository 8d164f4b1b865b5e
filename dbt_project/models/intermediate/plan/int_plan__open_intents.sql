-- One row per record with a request whose outcome nobody knows: a run was killed, or the answer was lost.
with

intents as (
    select target, entity, remote_id, outcome
    from {{ source('ledger', 'intents') }}
),

open_intents as (
    select target, entity, remote_id, count(*) as open_intent_count
    from intents
    where outcome is null or outcome = 'unknown'
    group by all
)

select * from open_intents
