{#- The rows of the CTE `sent`, a delete for every known record that `leaving` gives evidence against, and what Optiply
    refused of exactly this content. C8: only evidence removes a record; one that is merely absent from the mart, the
    CTE `desired`, stays. switch: the entity whose on/off flag counts. -#}
{% macro plan_with_deletes(entity, leaving, switch) -%}
select
    '{{ entity }}' as entity,
    changes.*,
    refusals.refusal_message,
    changes.operation = 'delete' as is_leaving,
from (
    select * from sent
    union all by name
    select 'delete' as operation, records.remote_id, records.optiply_id, leaving.reason
    from {{ source('ledger', 'records') }} as records
    inner join (
        select remote_id, string_agg(reason, ', ' order by reason) as reason
        from {{ leaving }}
        where {{ plan_is_on(switch) }}
        group by remote_id
    ) as leaving on records.remote_id = leaving.remote_id
    -- both desired and leaving is a contradiction of ours: an invariant fails, nothing is deleted
    anti join desired on records.remote_id = desired.remote_id
    where records.entity = '{{ entity }}'
) as changes
left join {{ ref('int_plan__refusals') }} as refusals
    on
        refusals.target = 'optiply'
        and refusals.entity = '{{ entity }}'
        and changes.remote_id = refusals.remote_id
        and coalesce(changes.payload_hash, '') = refusals.refused_hash
{%- endmacro %}
