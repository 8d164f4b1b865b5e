-- One row per row of Montapacking's product list.
select
    row_key as montapacking_row_key,
    {{ clean_text('sku') }} as sku,
    {{ quantity('stock_available') }} as available_qty
from {{ source('raw_wms', 'montapacking_products') }}
