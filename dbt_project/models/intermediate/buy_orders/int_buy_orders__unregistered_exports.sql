-- One row per purchase order in Exact that was made from an Optiply order and that the ledger does not know
-- yet (BO7): the answer to the export was lost, or the ledger was (marker and supplier tell it, X6), or
-- somebody else exported it (it carries the id in Optiply, X1). The export registers it; until then it must
-- not become a second order in Optiply.
with

purchase_orders as (
    select exact_purchase_order_id, exact_supplier_id, your_ref
    from {{ ref('stg_exact__purchase_orders') }}
),

accepted as (
    select remote_id
    from {{ ref('int_buy_orders__accepted') }}
),

unsent_orders as (
    select optiply_buy_order_id, optiply_supplier_id
    from {{ ref('int_export__unsent_orders') }}
),

suppliers as (
    select optiply_id, remote_id
    from {{ ref('int_export__exact_ids') }}
    where entity = 'suppliers'
),

-- an order that a person has deleted or completed in Optiply since is in no list but this one
open_intents as (
    select remote_id, lower(json_extract_string(payload, '$.body.Supplier')) as supplier_remote_id
    from {{ source('ledger', 'intents') }}
    where target = 'exact' and entity = 'buyOrders' and (outcome is null or outcome = 'unknown')
),

markers as (
    select unsent_orders.optiply_buy_order_id as marker, suppliers.remote_id as supplier_remote_id
    from unsent_orders
    inner join suppliers on unsent_orders.optiply_supplier_id = suppliers.optiply_id

    union

    select remote_id as marker, supplier_remote_id
    from open_intents
),

adopted as (
    select remote_id, optiply_buy_order_id
    from {{ ref('int_export__adopted_orders') }}
),

unregistered as (
    select purchase_orders.exact_purchase_order_id as remote_id, markers.marker as optiply_buy_order_id
    from purchase_orders
    inner join markers
        on
            purchase_orders.your_ref = markers.marker
            and purchase_orders.exact_supplier_id = markers.supplier_remote_id
    anti join accepted on purchase_orders.exact_purchase_order_id = accepted.remote_id

    union

    select adopted.remote_id, adopted.optiply_buy_order_id
    from adopted
    anti join accepted on adopted.remote_id = accepted.remote_id
)

select * from unregistered
