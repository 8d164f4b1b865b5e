-- One row per row of QLS's product list.
select
    row_key as qls_row_key,
    {{ clean_text('sku') }} as sku,
    {{ quantity('amount_available') }} as available_qty,
    {{ quantity('amount_backorder') }} as backorder_qty,
    {{ quantity('amount_internally_moving') }} as internally_moving_qty
from {{ source('raw_wms', 'qls_products') }}
