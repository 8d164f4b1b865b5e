-- One row per Optiply buy order.
select
    id as optiply_buy_order_id,
    supplier_id as optiply_supplier_id,
    placed as placed_at,
    completed as completed_at,
    expected_delivery_date as expected_delivery_at,
    total_value,
    coalesce(assembly, false) as is_assembly,
    created_from_public_api as is_created_from_public_api,
    {{ clean_text('remote_id') }} as remote_id,
    {{ clean_text('remote_id_map') }} as remote_id_map,
    created_at,
    updated_at
from {{ source('raw_optiply', 'buy_orders') }}
