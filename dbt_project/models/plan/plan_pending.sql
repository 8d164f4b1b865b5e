-- One row per row of the plan that Optiply still has to be told about: what was sent since the transform is
-- left out, and what holds a row back is said as the ledger knows it now.
{{ config(materialized='view') }}
with

plan_optiply as (
    select
        entity,
        operation,
        remote_id,
        optiply_id,
        payload,
        payload_hash,
        changed_attributes,
        reason,
        blocked_by,
    from {{ ref('plan_optiply') }}
),

records as (
    select entity, remote_id, optiply_id, payload_hash
    from {{ source('ledger', 'records') }}
),

-- X13: the push forgets these before anything else, so equal content does not settle them
gone as (
    select entity, remote_id, optiply_id
    from {{ ref('plan_optiply_gone') }}
),

-- not int_plan__refusals and int_plan__open_intents: they are as old as the plan
refusals as (
    select
        entity,
        remote_id,
        -- a delete has no payload, so no hash
        coalesce(payload_hash, '') as refused_hash,
        coalesce(arg_max(message, last_at), 'without words') as refusal_message,
    from {{ source('ledger', 'refusals') }}
    where target = 'optiply'
    group by all
),

open_intents as (
    select entity, remote_id
    from {{ source('ledger', 'intents') }}
    where target = 'optiply' and (outcome is null or outcome = 'unknown')
    group by all
),

compared as (
    select
        plan_optiply.*,
        records.remote_id is not null as is_known,
        coalesce(records.payload_hash != plan_optiply.payload_hash, true) or gone.remote_id is not null
            as is_different,
        coalesce(holders.remote_id != plan_optiply.remote_id, false) as is_taken_over,
        refusals.refusal_message,
        open_intents.remote_id is not null as is_open,
    from plan_optiply
    left join records
        on plan_optiply.entity = records.entity and plan_optiply.remote_id = records.remote_id
    left join gone
        on
            records.entity = gone.entity
            and records.remote_id = gone.remote_id
            and records.optiply_id = gone.optiply_id
    -- an Optiply id belongs to one remote id (SP7)
    left join records as holders
        on plan_optiply.entity = holders.entity and plan_optiply.optiply_id = holders.optiply_id
    left join refusals
        on
            plan_optiply.entity = refusals.entity
            and plan_optiply.remote_id = refusals.remote_id
            and coalesce(plan_optiply.payload_hash, '') = refusals.refused_hash
    left join open_intents
        on plan_optiply.entity = open_intents.entity and plan_optiply.remote_id = open_intents.remote_id
),

plan_pending as (
    select
        entity,
        operation,
        remote_id,
        optiply_id,
        payload,
        payload_hash,
        changed_attributes,
        reason,
        coalesce(
            -- held, waiting, brake
            case when split_part(blocked_by, ':', 1) not in ('refused', 'open intent') then blocked_by end,
            'refused: ' || refusal_message,
            case when is_open then 'open intent' end
        ) as blocked_by,
    from compared
    where
        case
            when operation = 'delete' then is_known
            when is_known then is_different
            -- whoever took over the record speaks for it now
            else not is_taken_over
        end
)

select * from plan_pending
