-- One row per product of which Optiply does not hold what it should, whatever may hold the row back.
{%- set attributes = plan_attributes('products') %}
with

desired as (
    select *, {{ plan_fields(attributes) | indent(4) }} as fields
    from {{ ref('int_plan__products_to_compare') }}
    where {{ plan_is_on('products') }}
),

refusals as (
    select remote_id, refused_hash, refusal_message
    from {{ ref('int_plan__refusals') }}
    where target = 'optiply' and entity = 'products'
),

compared as (
    {{ plan_compared('products', attributes) | indent(4) }}
),

with_accepted as (
    select
        *,
        json_extract_string(accepted_payload, '$.status') as accepted_status,
        try_cast(json_extract_string(accepted_payload, '$.stock_level') as decimal(18, 4))
            as accepted_stock_level,
        try_cast(json_extract_string(accepted_payload, '$.price') as decimal(18, 4)) as accepted_price,
    from compared
),

product_changes as (
    select
        'products' as entity,
        case when with_accepted.is_known then 'update' else 'create' end as operation,
        with_accepted.remote_id,
        with_accepted.optiply_id,
        '{' || concat_ws(
            ',',
            with_accepted.fields,
            nullif(with_accepted.cleared_fields, ''),
            -- Optiply requires a stock level of a new product, also where we never touch it again
            case
                when not with_accepted.is_known and not {{ flag_sql('map_stockLevel') }}
                    then '"stock_level":0'
            end
        ) || '}' as payload,
        with_accepted.payload_hash,
        case when with_accepted.is_known then with_accepted.changed_attributes end as changed_attributes,
        case
            when with_accepted.is_known then {{ plan_reason_for_update() | indent(12) }}
            else 'new in Exact'
        end as reason,
        refusals.refusal_message,
        -- a new product has no stock level of before
        case when not with_accepted.is_known then with_accepted.stock_held_by end as stock_held_by,
        with_accepted.is_known
        and with_accepted.status = 'disabled'
        and coalesce(with_accepted.accepted_status != 'disabled', true) as is_leaving,
        {{ flag_sql('map_stockLevel') }}
        and coalesce(with_accepted.stock_level <= 0 and with_accepted.accepted_stock_level > 0, false)
            as is_stock_to_zero,
        coalesce(with_accepted.price = 0 and with_accepted.accepted_price > 0, false) as is_price_to_zero,
    from with_accepted
    left join refusals
        on with_accepted.remote_id = refusals.remote_id and with_accepted.payload_hash = refusals.refused_hash
    where
        case
            when with_accepted.is_known then with_accepted.changed_attributes is not null
            -- P20: a product that is disabled and was never in Optiply is not created
            else with_accepted.status = 'enabled'
        end
)

select * from product_changes
