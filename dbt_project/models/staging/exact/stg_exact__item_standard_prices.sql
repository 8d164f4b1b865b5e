-- One row per Exact item: its standard sales price, which the sync endpoint of items does not have.
select
    {{ guid('id') }} as exact_item_id,
    standard_sales_price as standard_sales_price_per_stock_unit,
    {{ instant('modified') }} as modified_at
from {{ source('raw_exact', 'item_standard_prices') }}
