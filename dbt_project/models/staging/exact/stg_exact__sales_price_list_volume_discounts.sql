-- One row per price of a period of a sales price list: of an item or an item group, from a quantity on.
select
    {{ guid('id') }} as exact_volume_discount_id,
    {{ guid('price_list_period') }} as exact_price_list_period_id,
    {{ guid('item') }} as exact_item_id,
    {{ guid('item_group') }} as exact_item_group_id,
    entry_method as entry_method_code,
    {{ guid('base_price') }} as exact_base_price_id,
    base_price_amount as base_price_per_price_unit,
    discount as discount_fraction,
    new_price as new_price_per_price_unit,
    {{ clean_text('unit') }} as price_unit_code,
    number_of_items_per_unit as stock_units_per_price_unit,
    {{ quantity('quantity') }} as from_qty,
    {{ instant('modified') }} as modified_at,
    timestamp as row_version
from {{ source('raw_exact', 'sales_price_list_volume_discounts') }}
