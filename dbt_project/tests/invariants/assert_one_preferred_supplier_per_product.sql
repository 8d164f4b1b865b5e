-- SP2: at most one supplier product of a product is preferred, and never a disabled one.
select product_remote_id
from {{ ref('optiply_supplier_products') }}
where preferred
group by all
having count(*) > 1 or bool_or(status = 'disabled')
