-- One row per buy order that Optiply must be told about: what, why, and what holds it back.
with

changes as (
    select * from {{ ref('int_plan__buy_order_changes') }}
),

-- what Optiply holds, or will hold before buy orders are sent
parents_there as (
    {{ plan_there('suppliers', ref('plan_optiply_suppliers')) | indent(4) }}
),

-- BO7
unregistered_exports as (
    select remote_id, min(optiply_buy_order_id) as optiply_buy_order_id
    from {{ ref('int_buy_orders__unregistered_exports') }}
    group by remote_id
),

waiting as (
    select
        changes.remote_id,
        case
            when unregistered_exports.remote_id is not null
                then
                    'it was made from Optiply order ' || unregistered_exports.optiply_buy_order_id
                    || ', the export has to recognise it first'
            else 'supplier ' || changes.supplier_remote_id || ' is not in Optiply'
        end as waiting_for,
    from changes
    left join unregistered_exports on changes.remote_id = unregistered_exports.remote_id
    left join parents_there on changes.supplier_remote_id = parents_there.remote_id
    where
        (changes.operation = 'create' and unregistered_exports.remote_id is not null)
        or (changes.operation in ('create', 'replace') and parents_there.remote_id is null)
),

plan_optiply_buy_orders as (
    {{ plan_rows('buyOrders', ref('int_plan__buy_order_brake'), waits=true) | indent(4) }}
)

select * from plan_optiply_buy_orders
