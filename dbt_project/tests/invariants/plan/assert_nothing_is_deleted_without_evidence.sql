-- C8: products and suppliers are never deleted; a sell order goes only as one of those that leave; a supplier
-- product only when the row is still there and says so itself (SP9).
select planned.entity, planned.remote_id, planned.reason
from {{ ref('plan_optiply') }} as planned
left join {{ ref('int_orders__sell_orders_leaving') }} as leaving
    on planned.entity = 'sellOrders' and planned.remote_id = leaving.remote_id
left join {{ ref('optiply_supplier_products') }} as supplier_products
    on
        planned.entity = 'supplierProducts'
        and planned.remote_id = supplier_products.remote_id
        and supplier_products.status = 'disabled'
where
    planned.operation = 'delete'
    and leaving.remote_id is null
    and supplier_products.remote_id is null
