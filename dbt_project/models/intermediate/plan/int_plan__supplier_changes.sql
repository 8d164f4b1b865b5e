-- One row per supplier of which Optiply does not hold what it should, whatever may hold the row back.
{%- set attributes = plan_attributes('suppliers') %}
with

suppliers as (
    select
        remote_id,
        name,
        emails,
        delivery_time,
        ignored,
        {{ plan_fields(attributes) | indent(8) }} as fields,
    from {{ ref('optiply_suppliers') }}
    where {{ plan_is_on('suppliers') }}
),

records as (
    select remote_id, optiply_id, payload, payload_hash
    from {{ source('ledger', 'records') }}
    where entity = 'suppliers'
),

refusals as (
    select remote_id, refused_hash, refusal_message
    from {{ ref('int_plan__refusals') }}
    where target = 'optiply' and entity = 'suppliers'
),

suspects as (
    select
        suppliers.*,
        md5('{' || suppliers.fields || '}') as payload_hash,
        records.optiply_id,
        records.remote_id is not null as is_known,
        records.remote_id is not null and records.payload is null as is_known_by_id_only,
        cast(records.payload as json) as accepted_payload,
    from suppliers
    left join records on suppliers.remote_id = records.remote_id
    -- C7: equal hashes settle nearly every row without a look into the JSON
    where records.payload is null or records.payload_hash is distinct from md5('{' || suppliers.fields || '}')
),

compared as (
    select
        *,
        {{ plan_changed_attributes(attributes) | indent(8) }} as changed_attributes,
        {{ plan_cleared_fields(attributes) | indent(8) }} as cleared_fields,
        json_extract_string(accepted_payload, '$.ignored') as accepted_ignored,
    from suspects
),

supplier_changes as (
    select
        'suppliers' as entity,
        case when compared.is_known then 'update' else 'create' end as operation,
        compared.remote_id,
        compared.optiply_id,
        '{' || concat_ws(',', compared.fields, nullif(compared.cleared_fields, '')) || '}' as payload,
        compared.payload_hash,
        case when compared.is_known then compared.changed_attributes end as changed_attributes,
        case
            when compared.is_known then {{ plan_reason_for_update() | indent(12) }}
            else 'new in Exact'
        end as reason,
        refusals.refusal_message,
        compared.is_known
        and compared.ignored
        and coalesce(compared.accepted_ignored != 'true', true) as is_leaving,
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
