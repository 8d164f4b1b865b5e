-- One row per item and supplier that belong together: the supplier product as it should be (SP1 to SP8).
with

chosen as (
    select exact_supplier_item_id, exact_item_id, exact_account_id, is_deleted, is_preferred
    from {{ ref('int_supplier_products__chosen') }}
),

supplier_items as (
    select
        exact_supplier_item_id, exact_item_id, item_code, item_description, supplier_item_code, barcode,
        stock_units_per_purchase_unit, purchase_lot_qty, minimum_order_qty, purchase_lead_days
    from {{ ref('stg_exact__supplier_products') }}
),

products as (
    select exact_item_id, product_name, sku_code from {{ ref('int_products__texts') }}
),

prices as (
    select exact_supplier_item_id, price from {{ ref('int_prices__supplier_products') }}
),

item_factors as (
    select exact_item_id, unit_factor from {{ ref('int_units__item_factors') }}
),

-- SP3, SP4 in item units, U3 in converted ones
lots as (
    select
        supplier_items.exact_supplier_item_id,
        case
            when {{ flag_sql('useLOT_PurchaseLotSize') }} then supplier_items.purchase_lot_qty
            when {{ flag_sql('useLOT') }} then supplier_items.stock_units_per_purchase_unit
        end * coalesce(item_factors.unit_factor, 1) as lot_qty,
        case when {{ flag_sql('useMOQ') }} then supplier_items.minimum_order_qty end
        * coalesce(item_factors.unit_factor, 1) as minimum_order_qty
    from supplier_items
    left join item_factors
        on supplier_items.exact_item_id = item_factors.exact_item_id
),

desired as (
    select
        chosen.exact_supplier_item_id,
        chosen.exact_item_id,
        chosen.exact_account_id,
        coalesce(
            {{ cut_text('supplier_items.item_description') }},
            products.product_name,
            {{ cut_text('supplier_items.item_code') }},
            chosen.exact_supplier_item_id
        ) as supplier_product_name,
        coalesce(products.sku_code, {{ cut_text('supplier_items.item_code') }}) as sku_code,
        {{ cut_text('supplier_items.supplier_item_code') }} as article_code,
        {{ cut_text('supplier_items.barcode') }} as ean_code,
        prices.price,
        {{ whole_lot('lots.lot_qty') }} as lot_size,
        {{ whole_lot('lots.minimum_order_qty') }} as minimum_purchase_quantity,
        case
            when {{ flag_sql('sync_leadTime_supProducts') }} and supplier_items.purchase_lead_days >= 1
                then supplier_items.purchase_lead_days
        end as delivery_days,
        case when {{ flag_sql('map_preferred_supplier') }} then chosen.is_preferred end as is_preferred,
        -- SP8
        case when chosen.is_deleted then 'disabled' else 'enabled' end as status
    from chosen
    inner join supplier_items
        on chosen.exact_supplier_item_id = supplier_items.exact_supplier_item_id
    inner join prices
        on chosen.exact_supplier_item_id = prices.exact_supplier_item_id
    left join products
        on chosen.exact_item_id = products.exact_item_id
    inner join lots
        on chosen.exact_supplier_item_id = lots.exact_supplier_item_id
)

select * from desired
