-- One row per Exact sales price: of an item, from a quantity on, in a period, general or for one customer.
select
    {{ guid('id') }} as exact_sales_price_id,
    {{ guid('item') }} as exact_item_id,
    {{ guid('account') }} as exact_account_id,
    {{ guid('project') }} as exact_project_id,
    {{ guid('employee') }} as exact_employee_id,
    price as price_per_price_unit,
    upper({{ clean_text('currency') }}) as currency_code,
    {{ clean_text('unit') }} as price_unit_code,
    number_of_items_per_unit as stock_units_per_price_unit,
    {{ quantity('quantity') }} as from_qty,
    cast(start_date as date) as start_date,
    cast(end_date as date) as end_date,
    {{ instant('modified') }} as modified_at,
    division as division_code,
    timestamp as row_version
from {{ source('raw_exact', 'sales_items_prices') }}
