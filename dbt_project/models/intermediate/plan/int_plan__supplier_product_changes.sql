-- One row per supplier product of which Optiply does not hold what it should, whatever may hold the row back.
{%- set attributes = plan_attributes('supplierProducts') %}
with

desired as (
    select *, {{ plan_fields(attributes) | indent(4) }} as fields
    from {{ ref('optiply_supplier_products') }}
    where {{ plan_is_on('supplierProducts') }}
),

refusals as (
    select remote_id, refused_hash, refusal_message
    from {{ ref('int_plan__refusals') }}
    where target = 'optiply' and entity = 'supplierProducts'
),

compared as (
    {{ plan_compared('supplierProducts', attributes) | indent(4) }}
),

with_accepted as (
    select
        *,
        json_extract_string(accepted_payload, '$.status') as accepted_status,
        json_extract_string(accepted_payload, '$.product_remote_id') != product_remote_id
            as has_other_product,
        json_extract_string(accepted_payload, '$.supplier_remote_id') != supplier_remote_id
            as has_other_supplier,
    from compared
),

decided as (
    select
        *,
        case
            when not is_known then 'create'
            -- SP9: the pair is the link's identity, so the old link is removed and a new one created; not a
            -- new one that would be disabled at once
            when (has_other_product or has_other_supplier) and status = 'disabled' then 'delete'
            when has_other_product or has_other_supplier then 'replace'
            else 'update'
        end as operation,
    from with_accepted
    where
        case
            when is_known then changed_attributes is not null
            -- SP8, P20: a link that is disabled and was never in Optiply is not created
            else status = 'enabled'
        end
),

supplier_product_changes as (
    select
        'supplierProducts' as entity,
        decided.operation,
        decided.remote_id,
        decided.optiply_id,
        case
            when decided.operation != 'delete'
                then {{ plan_payload() }}
        end as payload,
        case when decided.operation != 'delete' then decided.payload_hash end as payload_hash,
        case when decided.is_known then decided.changed_attributes end as changed_attributes,
        case
            when not decided.is_known then 'new in Exact'
            when decided.has_other_supplier then 'supplier changed'
            when decided.has_other_product then 'product changed'
            else {{ plan_reason_for_update() | indent(12) }}
        end as reason,
        refusals.refusal_message,
        decided.is_known
        and decided.status = 'disabled'
        and coalesce(decided.accepted_status != 'disabled', true) as is_leaving,
        decided.product_remote_id,
        decided.supplier_remote_id,
    from decided
    left join refusals
        on
            decided.remote_id = refusals.remote_id
            and refusals.refused_hash
            = case when decided.operation = 'delete' then '' else decided.payload_hash end
)

select * from supplier_product_changes
