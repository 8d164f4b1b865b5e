-- One row per product of which Optiply does not hold what it should, whatever may hold the row back.
{%- set attributes = plan_attributes('products') %}
with

products as (
    select
        remote_id,
        name,
        sku_code,
        article_code,
        ean_code,
        price,
        unlimited_stock,
        stock_level,
        status,
        assembled,
        created_at_remote,
        stock_measurement_unit,
        {{ plan_fields(attributes) | indent(8) }} as fields,
    from {{ ref('optiply_products') }}
    where {{ plan_is_on('products') }}
),

records as (
    select remote_id, optiply_id, payload, payload_hash
    from {{ source('ledger', 'records') }}
    where entity = 'products'
),

refusals as (
    select remote_id, refused_hash, refusal_message
    from {{ ref('int_plan__refusals') }}
    where target = 'optiply' and entity = 'products'
),

suspects as (
    select
        products.*,
        md5('{' || products.fields || '}') as payload_hash,
        records.optiply_id,
        records.remote_id is not null as is_known,
        records.remote_id is not null and records.payload is null as is_known_by_id_only,
        cast(records.payload as json) as accepted_payload,
    from products
    left join records on products.remote_id = records.remote_id
    -- C7: equal hashes settle nearly every row without a look into the JSON
    where records.payload is null or records.payload_hash is distinct from md5('{' || products.fields || '}')
),

compared as (
    select
        *,
        {{ plan_changed_attributes(attributes) | indent(8) }} as changed_attributes,
        {{ plan_cleared_fields(attributes) | indent(8) }} as cleared_fields,
        json_extract_string(accepted_payload, '$.status') as accepted_status,
        try_cast(json_extract_string(accepted_payload, '$.stock_level') as decimal(18, 4))
            as accepted_stock_level,
        try_cast(json_extract_string(accepted_payload, '$.price') as decimal(18, 4)) as accepted_price,
    from suspects
),

product_changes as (
    select
        'products' as entity,
        case when compared.is_known then 'update' else 'create' end as operation,
        compared.remote_id,
        compared.optiply_id,
        '{' || concat_ws(
            ',',
            compared.fields,
            nullif(compared.cleared_fields, ''),
            -- Optiply requires a stock level of a new product, also where we never touch it again
            case
                when not compared.is_known and not {{ flag_sql('map_stockLevel') }} then '"stock_level":0'
            end
        ) || '}' as payload,
        compared.payload_hash,
        case when compared.is_known then compared.changed_attributes end as changed_attributes,
        case
            when compared.is_known then {{ plan_reason_for_update() | indent(12) }}
            else 'new in Exact'
        end as reason,
        refusals.refusal_message,
        compared.is_known
        and compared.status = 'disabled'
        and coalesce(compared.accepted_status != 'disabled', true) as is_leaving,
        {{ flag_sql('map_stockLevel') }}
        and coalesce(compared.stock_level <= 0 and compared.accepted_stock_level > 0, false)
            as is_stock_to_zero,
        coalesce(compared.price = 0 and compared.accepted_price > 0, false) as is_price_to_zero,
    from compared
    left join refusals
        on compared.remote_id = refusals.remote_id and compared.payload_hash = refusals.refused_hash
    where
        case
            when compared.is_known then compared.changed_attributes is not null
            -- P20: a product that is disabled and was never in Optiply is not created
            else compared.status = 'enabled'
        end
)

select * from product_changes
