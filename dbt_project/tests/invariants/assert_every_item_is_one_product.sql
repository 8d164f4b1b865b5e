-- C9: every Exact item is exactly one product of the mart, and no product comes from elsewhere.
select
    items.exact_item_id,
    products.remote_id
from {{ ref('stg_exact__items') }} as items
full join {{ ref('optiply_products') }} as products
    on items.exact_item_id = products.remote_id
where items.exact_item_id is null or products.remote_id is null
