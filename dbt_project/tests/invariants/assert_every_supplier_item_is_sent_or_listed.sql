-- C9: every Exact supplier item is in the mart, or listed with the reason why it is left out.
with

left_out as (
    select remote_id from {{ ref('int_quality__supplier_products') }}
    where severity = 'left_out'
)

select supplier_items.exact_supplier_item_id
from {{ ref('stg_exact__supplier_products') }} as supplier_items
anti join {{ ref('optiply_supplier_products') }} as supplier_products
    on supplier_items.exact_supplier_item_id = supplier_products.remote_id
anti join left_out
    on supplier_items.exact_supplier_item_id = left_out.remote_id
