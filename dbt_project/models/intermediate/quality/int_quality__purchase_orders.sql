-- One row per reason why an Optiply buy order is not sent to Exact, or not as it stands in Optiply (C9).
-- remote_id is Optiply's id of the buy order: there is none of Exact yet.
with

unsent_orders as (
    select optiply_buy_order_id, route
    from {{ ref('int_export__unsent_orders') }}
),

refusals as (
    select optiply_buy_order_id, rule_id, reason
    from {{ ref('int_export__refusals') }}
    union all
    select optiply_buy_order_id, rule_id, reason
    from {{ ref('int_export__internal_refusals') }}
),

order_lines as (
    select optiply_buy_order_id, item_code, exact_item_id, has_valid_factor
    from {{ ref('int_export__order_lines') }}
),

line_prices as (
    select optiply_buy_order_id, item_name, no_price_reason
    from {{ ref('int_export__line_prices') }}
),

order_numbers as (
    select optiply_buy_order_id, no_number_reason
    from {{ ref('int_export__order_numbers') }}
),

other_routes as (
    select
        optiply_buy_order_id as remote_id,
        'X10' as rule_id,
        'assembly order: becomes a shop order in Exact only with use_production_orders' as reason,
        'left_out' as severity
    from unsent_orders
    where route = 'shop_order' and not {{ flag_sql('use_production_orders') }}
),

refused as (
    select optiply_buy_order_id as remote_id, rule_id, reason, 'left_out' as severity
    from refusals
),

without_factor as (
    select
        optiply_buy_order_id as remote_id,
        'X3' as rule_id,
        'supplier and item ' || coalesce(item_code, exact_item_id)
        || ' have no purchase unit factor above 0 in Exact: taken as 1' as reason,
        'changed' as severity
    from order_lines
    where not has_valid_factor and exact_item_id is not null
    group by all
),

without_price as (
    select
        optiply_buy_order_id as remote_id,
        'X3' as rule_id,
        'no price sent for ' || item_name || ': ' || no_price_reason as reason,
        'changed' as severity
    from line_prices
    where no_price_reason is not null
    group by all
),

without_number as (
    select
        optiply_buy_order_id as remote_id,
        'X6' as rule_id,
        'no order number sent: ' || no_number_reason as reason,
        'changed' as severity
    from order_numbers
    where no_number_reason is not null
),

listed as (
    select * from other_routes
    union all
    select * from refused
    union all
    select * from without_factor
    union all
    select * from without_price
    union all
    select * from without_number
)

select 'purchaseOrders' as entity, remote_id, rule_id, reason, severity
from listed
