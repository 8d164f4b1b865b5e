-- One row per measure of the brake over buy orders: how many of those in Optiply the plan would hit.
{{ brake('buyOrders', ref('int_plan__buy_order_changes')) }}
