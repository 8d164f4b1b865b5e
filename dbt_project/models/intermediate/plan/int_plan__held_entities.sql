-- One row per entity that is held, because one of the streams it needs was not read to its end (C10).
with

entity_inputs as (
    select entity, source, stream, may_be_unavailable
    from {{ ref('int_plan__entity_inputs') }}
),

stream_status as (
    select source, stream, last_status
    from {{ ref('int_plan__stream_status') }}
),

judged as (
    select
        entity_inputs.entity,
        entity_inputs.stream,
        case
            when entity_inputs.may_be_unavailable and stream_status.last_status = 'unavailable' then null
            when stream_status.last_status is null then 'never read'
            -- a stream that stopped early holds too: half of an order's lines is not the order
            when stream_status.last_status != 'complete' then replace(stream_status.last_status, '_', ' ')
        end as problem,
    from entity_inputs
    left join stream_status
        on entity_inputs.source = stream_status.source and entity_inputs.stream = stream_status.stream
),

held_entities as (
    select entity, string_agg(stream || ' (' || problem || ')', ', ' order by stream) as held_by
    from judged
    where problem is not null
    group by entity
)

select * from held_entities
