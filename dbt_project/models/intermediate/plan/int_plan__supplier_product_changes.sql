-- One row per supplier product of which Optiply does not hold what it should, whatever may hold the row back.
{%- set attributes = plan_attributes('supplierProducts') %}
with

supplier_products as (
    select
        remote_id,
        product_remote_id,
        supplier_remote_id,
        name,
        sku_code,
        article_code,
        ean_code,
        price,
        lot_size,
        minimum_purchase_quantity,
        delivery_time,
        preferred,
        status,
        {{ plan_fields(attributes) | indent(8) }} as fields,
    from {{ ref('optiply_supplier_products') }}
    where {{ plan_is_on('supplierProducts') }}
),

records as (
    select remote_id, optiply_id, payload, payload_hash
    from {{ source('ledger', 'records') }}
    where entity = 'supplierProducts'
),

refusals as (
    select remote_id, refused_hash, refusal_message
    from {{ ref('int_plan__refusals') }}
    where target = 'optiply' and entity = 'supplierProducts'
),

suspects as (
    select
        supplier_products.*,
        md5('{' || supplier_products.fields || '}') as desired_hash,
        records.optiply_id,
        records.remote_id is not null as is_known,
        records.remote_id is not null and records.payload is null as is_known_by_id_only,
        cast(records.payload as json) as accepted_payload,
    from supplier_products
    left join records on supplier_products.remote_id = records.remote_id
    -- C7: equal hashes settle nearly every row without a look into the JSON
    where
        records.payload is null
        or records.payload_hash is distinct from md5('{' || supplier_products.fields || '}')
),

compared as (
    select
        *,
        {{ plan_changed_attributes(attributes) | indent(8) }} as changed_attributes,
        {{ plan_cleared_fields(attributes) | indent(8) }} as cleared_fields,
        json_extract_string(accepted_payload, '$.status') as accepted_status,
        json_extract_string(accepted_payload, '$.product_remote_id') != product_remote_id
            as has_other_product,
        json_extract_string(accepted_payload, '$.supplier_remote_id') != supplier_remote_id
            as has_other_supplier,
    from suspects
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
    from compared
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
                then '{' || concat_ws(',', decided.fields, nullif(decided.cleared_fields, '')) || '}'
        end as payload,
        case when decided.operation != 'delete' then decided.desired_hash end as payload_hash,
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
            = case when decided.operation = 'delete' then '' else decided.desired_hash end
)

select * from supplier_product_changes
