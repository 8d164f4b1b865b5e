-- Raw tables of a large made-up shop: what extract would have left behind, without its requests. Columns that no
-- model reads stay null. Ids are GUIDs out of hashes, so that a row finds its parent by the number it is made of.
-- Variables: `lines`, of sales orders, and of sales invoices, from which the other numbers follow; `today`.
set variable items = greatest(getvariable('lines') // 10, 100);
set variable documents = getvariable('lines') // 4;
set variable changed = getvariable('today') - interval 1 day;
create temp macro guid(kind, i) as md5(kind || ' ' || i)::uuid::varchar;
create temp macro past_day(i) as (getvariable('today') - to_days((i * 7919 % 700)::integer))::timestamp;
create temp macro some_item(i) as guid('item', hash(i) % getvariable('items'));

insert into raw_exact.divisions by name
select 1234567 as code, 'Shop' as description, 'EUR' as currency;

insert into raw_exact.vat_codes by name
select 'vat ' || i as id, i::varchar as code, if(i = 1, 'I', 'E') as type, 0.21 as percentage, 1234567 as division
from range(4) as numbers (i);

insert into raw_exact.warehouses by name
select guid('warehouse', i) as id, (i + 1)::varchar as code, 'Hall ' || i as description, 1234567 as division
from range(3) as numbers (i);

insert into raw_exact.exchange_rates by name
select 'rate ' || i as id, 'USD' as source_currency, 'EUR' as target_currency, 0.9 as rate, past_day(i) as start_date
from range(100) as numbers (i);

insert into raw_exact.items by name
select
    guid('item', i) as id, 'ART-' || i as code, 'Hexagon screw M' || i || ' galvanised' as description,
    'SCREW ' || i as search_code, (8710000000000 + i)::varchar as barcode, ['pc', 'box', 'kg'][1 + i % 3] as unit,
    guid('group', i % 40) as item_group, 'G' || i % 40 as item_group_code, 'A' as class_01,
    i % 20 <> 0 as is_purchase_item, true as is_sales_item, true as is_stock_item, i % 20 = 0 as is_make_item,
    1 + i % 100 as cost_price_standard, 'EUR' as cost_price_currency, (i % 4)::varchar as sales_vat_code,
    timestamp '2015-01-01' as start_date, if(i % 50 = 1, past_day(i), null) as end_date,
    timestamp '2015-01-01' + to_seconds(i) as created, getvariable('changed') as modified, 1234567 as division,
    1000 + i as timestamp
from range(getvariable('items')) as numbers (i);

insert into raw_exact.item_standard_prices by name
select guid('item', i) as id, 2 + i % 90 as standard_sales_price, getvariable('changed') as modified
from range(getvariable('items')) as numbers (i);

insert into raw_exact.stock_positions by name
select
    guid('position', i) as id, guid('item', i // 3) as item_id, guid('warehouse', i % 3) as warehouse,
    (1 + i % 3)::varchar as warehouse_code, i % 500 as current_stock, i % 7 as planning_out, i % 11 as planning_in,
    1234567 as division, 1000 + i as timestamp
from range(3 * getvariable('items')) as numbers (i);

-- three tiers; of every third item the price of a box
insert into raw_exact.sales_items_prices by name
select
    guid('price', i) as id, guid('item', i // 3) as item, 3 + i % 80 as price, 'EUR' as currency,
    if(i // 3 % 3 = 0, 'box', null) as unit, 10 as number_of_items_per_unit, i % 3 * 10 as quantity,
    timestamp '2020-01-01' as start_date, getvariable('changed') as modified, 1234567 as division, 1000 + i as timestamp
from range(3 * getvariable('items')) as numbers (i);

-- the first 500 are suppliers
insert into raw_exact.suppliers by name
select
    guid('account', i) as id, i::varchar as code, 'Trading company ' || i as name, 'orders@' || i || '.example' as email,
    i < 500 as is_supplier, false as blocked, 3 + i % 30 as purchase_lead_days, 'EUR' as purchase_currency,
    getvariable('changed') as modified, 1234567 as division, 1000 + i as timestamp
from range(20500) as numbers (i);

insert into raw_exact.supplier_products by name
select
    guid('supplier item', i) as id, guid('item', i) as item, guid('account', i % 500) as supplier,
    'ART-' || i as item_code, 'Hexagon screw M' || i as item_description, 'S' || i as supplier_item_code,
    true as main_supplier, 'box' as purchase_unit, [1, 2.5, 6, 12][1 + i % 4] as purchase_unit_factor,
    i % 40 as minimum_quantity, 2 + i % 90 as purchase_price, if(i % 5 = 0, 'USD', 'EUR') as currency,
    getvariable('changed') as modified, 1234567 as division, 1000 + i as timestamp
from range(getvariable('items')) as numbers (i);

insert into raw_exact.sales_orders by name
select
    guid('sales order', i) as order_id, guid('sales order', i) as id, 1 + i as order_number,
    [12, 20, 21, 21, 45][1 + i % 5] as status, guid('account', 500 + i % 20000) as ordered_by,
    past_day(i) as order_date, 24.2 as amount_fc, 20 as amount_fc_excl_vat, past_day(i) as modified, 1234567 as division,
    1000 + i as timestamp
from range(getvariable('documents')) as numbers (i);

insert into raw_exact.sales_order_lines by name
select
    guid('sales order line', i) as id, guid('sales order', i // 4) as order_id, 1 + i % 4 as line_number,
    some_item(i) as item, [12, 20, 21, 21, 45][1 + i // 4 % 5] as status, 1 + i % 12 as quantity,
    i % 3 as quantity_delivered, 6.05 as amount_fc, 5 as amount_dc, 1.05 as vat_amount, 'K' || i % 9 as cost_center,
    0 as use_drop_shipment, past_day(i // 4) as modified, 1234567 as division, 1000 + i as timestamp
from range(getvariable('lines')) as numbers (i);

-- four in five are of a sales order, half of them say so by its number alone
insert into raw_exact.sales_invoices by name
select
    guid('invoice', i) as invoice_id, guid('invoice', i) as id, 1 + i as invoice_number, 8020 as type,
    [20, 50, 50][1 + i % 3] as status, guid('account', 500 + i % 20000) as ordered_by, past_day(i) as invoice_date,
    past_day(i) as order_date, 24.2 as amount_fc, 20 as amount_fc_excl_vat, past_day(i) as modified, 1234567 as division,
    1000 + i as timestamp
from range(getvariable('documents')) as numbers (i);

insert into raw_exact.sales_invoice_lines by name
select
    guid('invoice line', i) as id, guid('invoice', i // 4) as invoice_id, 1 + i % 4 as line_number,
    some_item(i) as item, 1 + i % 12 as quantity, 6.05 as amount_fc, 5 as amount_dc, 1.05 as vat_amount_fc,
    'K' || i % 9 as cost_center,
    if(i // 4 % 10 < 4, guid('sales order', i // 4), null) as sales_order,
    if(i // 4 % 10 < 4, guid('sales order line', i), null) as sales_order_line,
    if(i // 4 % 10 < 8, 1 + i // 4, null) as sales_order_number,
    1234567 as division, 1000 + i as timestamp
from range(getvariable('lines')) as numbers (i);

insert into raw_exact.purchase_orders by name
select
    guid('purchase order', i) as purchase_order_id, guid('purchase order', i) as id, 1 + i as order_number,
    [10, 20, 30, 30][1 + i % 4] as order_status, guid('account', i % 500) as supplier, past_day(i) as order_date,
    past_day(i) as receipt_date, 60.5 as amount_fc, 50 as amount_fc_excl_vat, 'EUR' as currency, past_day(i) as created,
    past_day(i) as modified, 1234567 as division, 1000 + i as timestamp
from range(getvariable('items') // 10) as numbers (i);

insert into raw_exact.purchase_order_lines by name
select
    guid('purchase order line', i) as id, guid('purchase order', i // 10) as purchase_order_id, 1 + i % 10 as line_number,
    some_item(i) as item, 12 as quantity, 6 as quantity_in_purchase_units, 6.05 as amount_fc, 5 as amount_dc,
    1.05 as vat_amount, past_day(i // 10) as receipt_date, past_day(i // 10) as modified, 1234567 as division,
    1000 + i as timestamp
from range(getvariable('items')) as numbers (i);

insert into raw_exact.goods_receipts by name
select
    guid('receipt', i) as id, i as receipt_number, past_day(i) as receipt_date, past_day(i) as created,
    past_day(i) as modified, 1234567 as division
from range(getvariable('items') // 20) as numbers (i);

insert into raw_exact.goods_receipt_lines by name
select
    guid('receipt line', i) as id, guid('place', 0) as location, guid('receipt', i // 10) as goods_receipt_id,
    guid('purchase order', i // 10) as purchase_order_id, guid('purchase order line', i) as purchase_order_line_id,
    1 + i % 10 as line_number, some_item(i) as item, 6 as quantity_received, past_day(i // 10) as created,
    past_day(i // 10) as modified, 1234567 as division
from range(getvariable('items') // 2) as numbers (i);

-- Every twentieth item is made of three that are bought and, but for every eighth of them, of the next that is made:
-- eight levels. Every 800th material makes a loop.
insert into raw_exact.assembly_bill_of_material_header by name
select
    guid('item', 20 * i) as id, 'ART-' || 20 * i as code, 1 as batch_quantity, past_day(i) as created,
    past_day(i) as modified, 1234567 as division
from range(getvariable('items') // 20) as numbers (i);

insert into raw_exact.assembly_bill_of_material_materials by name
select
    guid('material', i) as id, guid('item', 20 * (i // 4)) as assembled_item,
    guid('item', (
        20 * (i // 4) + case when i % 800 = 4 then -20 when i % 4 = 0 and i // 4 % 8 < 7 then 20 else 1 + i % 4 end
    ) % getvariable('items')) as part_item, 2 as quantity,
    2 as quantity_batch, 1 as batch_quantity, timestamp '2015-01-01' + to_seconds(i) as created,
    getvariable('changed') as modified, 1234567 as division
from range(getvariable('items') // 5) as numbers (i);

insert into raw_exact.deleted by name
select
    guid('deletion', i) as id, 33 as entity_type, guid('sales order line', i * 100) as entity_key,
    getvariable('changed') as deleted_date, 1234567 as division, 100000000 + i as timestamp
from range(getvariable('lines') // 100) as numbers (i);
