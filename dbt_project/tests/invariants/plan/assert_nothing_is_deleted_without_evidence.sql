-- C8: products and suppliers are never deleted; an order, a line or a receipt goes only as one of those that
-- leave; a supplier product only when the row is still there and says so itself (SP9).
with

leaving as (
    select 'sellOrders' as entity, remote_id from {{ ref('int_orders__sell_orders_leaving') }}
    union all
    select 'buyOrders' as entity, remote_id from {{ ref('int_buy_orders__orders_leaving') }}
    union all
    select 'buyOrderLines' as entity, remote_id from {{ ref('int_buy_orders__lines_leaving') }}
    union all
    select 'productCompositions' as entity, remote_id from {{ ref('int_compositions__leaving') }}
    union all
    select 'receiptLines' as entity, remote_id from {{ ref('int_receipts__leaving') }}
    union all
    select 'supplierProducts' as entity, remote_id from {{ ref('optiply_supplier_products') }}
    where status = 'disabled'
)

select planned.entity, planned.remote_id, planned.reason
from {{ ref('plan_optiply') }} as planned
anti join leaving on planned.entity = leaving.entity and planned.remote_id = leaving.remote_id
where planned.operation = 'delete'
