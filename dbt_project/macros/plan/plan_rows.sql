{#- The rows of a plan: those of the CTE `changes` with what holds each back, the first reason that applies.
    brake: the entity's model of the brake. waits: whether a CTE `waiting` (remote_id, waiting_for) names rows whose
    parent is not in Optiply yet. held_by: the column of `changes` that says what holds a row by itself, if it has one. -#}
{% macro plan_rows(entity, brake, waits=false, held_by=none) -%}
select
    changes.entity,
    changes.operation,
    changes.remote_id,
    changes.optiply_id,
    changes.payload,
    changes.payload_hash,
    changes.changed_attributes,
    changes.reason,
    coalesce(
        'held: ' || held_entities.held_by,
        {%- if held_by %}
        'held: ' || changes.{{ held_by }},
        {%- endif %}
        {%- if waits %}
        'waiting: ' || waiting.waiting_for,
        {%- endif %}
        'refused: ' || changes.refusal_message,
        'brake: ' || braked.brake_reasons,
        case when open_intents.remote_id is not null then 'open intent' end
    ) as blocked_by,
from changes
left join {{ ref('int_plan__held_entities') }} as held_entities on changes.entity = held_entities.entity
{%- if waits %}
left join waiting on changes.remote_id = waiting.remote_id
{%- endif %}
left join (
    -- to one row per record before the join: one can be hit by two measures
    select changes.remote_id, string_agg(brake.brake_reason, '; ' order by brake.measure) as brake_reasons
    from changes
    inner join {{ brake }} as brake
        on
            brake.is_tripped
            and case brake.measure
                {%- for measure, is_hit in brake_measures(entity).items() %}
                when '{{ measure }}' then changes.{{ is_hit }}
                {%- endfor %}
            end
    group by changes.remote_id
) as braked on changes.remote_id = braked.remote_id
left join {{ ref('int_plan__open_intents') }} as open_intents
    on
        open_intents.target = 'optiply'
        and changes.entity = open_intents.entity
        and changes.remote_id = open_intents.remote_id
{%- endmacro %}


{#- The remote ids of one entity that Optiply holds, or will hold before what refers to them is sent. -#}
{% macro plan_there(entity, plan) -%}
select remote_id from {{ source('ledger', 'records') }} where entity = '{{ entity }}'
union
select remote_id from {{ plan }}
-- the push settles an open create before anything else
where operation = 'create' and coalesce(blocked_by, 'open intent') = 'open intent'
{%- endmacro %}
