-- One row per supplier of which Optiply does not hold what it should, whatever may hold the row back.
{%- set attributes = plan_attributes('suppliers') %}
with

desired as (
    select *, {{ plan_fields(attributes) | indent(4) }} as fields
    from {{ ref('optiply_suppliers') }}
    where {{ plan_is_on('suppliers') }}
),

refusals as (
    select remote_id, refused_hash, refusal_message
    from {{ ref('int_plan__refusals') }}
    where target = 'optiply' and entity = 'suppliers'
),

compared as (
    {{ plan_compared('suppliers', attributes) | indent(4) }}
),

supplier_changes as (
    select
        'suppliers' as entity,
        case when compared.is_known then 'update' else 'create' end as operation,
        compared.remote_id,
        compared.optiply_id,
        {{ plan_payload() }} as payload,
        compared.payload_hash,
        case when compared.is_known then compared.changed_attributes end as changed_attributes,
        case
            when compared.is_known then {{ plan_reason_for_update() | indent(12) }}
            else 'new in Exact'
        end as reason,
        refusals.refusal_message,
        compared.is_known
        and compared.ignored
        and coalesce(json_extract_string(compared.accepted_payload, '$.ignored') != 'true', true)
            as is_leaving,
    from compared
    left join refusals
        on compared.remote_id = refusals.remote_id and compared.payload_hash = refusals.refused_hash
    where
        case
            when compared.is_known then compared.changed_attributes is not null
            -- S5: a supplier that is ignored and was never in Optiply is not created
            else not compared.ignored
        end
)

select * from supplier_changes
