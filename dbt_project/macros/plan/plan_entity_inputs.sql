{#- The raw streams that each entity's mart needs under the present flags (C10), as a list of
    {entity, source, stream, optional}. optional: a licence without the module does not hold the entity, because its
    rules have a fallback; what they must never do is take "could not be read" for "there is none". A test compares
    this list with the sources that the marts really depend on. -#}
{% macro plan_entity_inputs() -%}
    {%- set buy_order_streams = {
        'purchase_orders': true,
        'purchase_order_lines': true,
        'deleted': true,
        'items': true,
        'assembly_orders': flag('use_assembly_orders'),
        'manufacturing_shop_orders': flag('use_production_orders'),
        'warehouse_transfers': flag('export_stock_transfers'),
        'warehouse_transfer_lines': flag('export_stock_transfers'),
        'warehouses': not flag('use_buy_orders_multiple_warehouses'),
    } -%}
    {%- set receipt_streams = {
        'goods_receipts': true,
        'goods_receipt_lines': true,
        'purchase_returns': true,
        'purchase_return_lines': true,
        'supplier_products': true,
    } -%}
    {%- do receipt_streams.update(buy_order_streams) -%}
    {%- set exact = {
        'products': {
            'items': true,
            'deleted': true,
            'divisions': true,
            'item_standard_prices': true,
            'sales_items_prices': true,
            'vat_codes': true,
            'stock_positions': flag('map_stockLevel'),
            'warehouses': flag('map_stockLevel') and flag('stock_warehouse_ids') != '',
            'sales_price_lists': flag('use_price_lists'),
            'sales_price_list_periods': flag('use_price_lists'),
            'sales_price_list_volume_discounts': flag('use_price_lists'),
            'assembly_bill_of_material_header': true,
            'bill_of_materials_versions': true,
        },
        'productCompositions': {
            'items': true,
            'deleted': true,
            'bill_of_materials': flag('use_bill_of_materials_versions'),
            'bill_of_materials_versions': flag('use_bill_of_materials_versions'),
            'assembly_bill_of_material_header': not flag('use_bill_of_materials_versions'),
            'assembly_bill_of_material_materials': not flag('use_bill_of_materials_versions'),
        },
        'suppliers': {
            'suppliers': true,
            'deleted': true,
        },
        'supplierProducts': {
            'supplier_products': true,
            'items': true,
            'deleted': true,
            'divisions': flag('map_purchase_price') != 'none',
            'exchange_rates': flag('map_purchase_price') != 'none',
            'purchase_items_prices': flag('map_purchase_price') == 'Purchase Prices',
        },
        'sellOrders': {
            'deleted': true,
            'items': (
                (flag('unit_filter') and flag('unit_convert_sell_orders'))
                or not flag('use_sales_orders_multiple_warehouses')
                or not flag('use_sales_invoices_multiple_warehouses')
            ),
            'suppliers': flag('filter_sellOrder_CustomerIDs') is not none,
            'sales_invoices': flag('use_sales_invoices'),
            'sales_invoice_lines': flag('use_sales_invoices'),
            'sales_orders': flag('use_sales_orders') or not flag('use_drop_shipments'),
            'sales_order_lines': flag('use_sales_orders') or not flag('use_drop_shipments'),
            'warehouses': (
                not flag('use_sales_orders_multiple_warehouses') or not flag('use_sales_invoices_multiple_warehouses')
            ),
        },
        'buyOrders': buy_order_streams,
        'buyOrderLines': buy_order_streams,
        'receiptLines': receipt_streams,
        'exactPurchaseOrders': {
            'items': true,
            'supplier_products': true,
            'suppliers': true,
            'deleted': true,
            'warehouses': true,
            'purchase_orders': flag('export_order_number'),
            'divisions': flag('export_BOLine_price'),
            'exchange_rates': flag('export_BOLine_price'),
            'purchase_items_prices': flag('export_BOLine_price') and flag('map_purchase_price') == 'Purchase Prices',
        },
    } -%}
    {%- set optional = [
        'assembly_bill_of_material_header', 'assembly_bill_of_material_materials', 'bill_of_materials',
        'bill_of_materials_versions', 'exchange_rates', 'purchase_returns', 'purchase_return_lines',
    ] -%}
    {%- set inputs = [] -%}
    {%- for entity, streams in exact.items() -%}
        {%- for stream, is_needed in streams.items() if is_needed -%}
            {%- do inputs.append({
                'entity': entity, 'source': 'exact', 'stream': stream, 'optional': stream in optional,
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for stream in ['buy_orders', 'buy_order_lines', 'suppliers'] -%}
        {%- do inputs.append({
            'entity': 'exactPurchaseOrders', 'source': 'optiply', 'stream': stream, 'optional': false,
        }) -%}
    {%- endfor -%}
    {#- BO7: an order that Optiply made and Exact holds is told by Optiply's own orders -#}
    {%- for entity in ['buyOrders', 'buyOrderLines', 'receiptLines'] -%}
        {%- for stream in ['buy_orders', 'buy_order_lines'] -%}
            {%- do inputs.append({'entity': entity, 'source': 'optiply', 'stream': stream, 'optional': false}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {#- P8, P9: a warehouse system that could not be read holds stock levels, not the rest of the product -#}
    {%- for system in ['montapacking', 'qls'] if flag('map_stockLevel') and flag('sync_stock_' ~ system) -%}
        {%- do inputs.append({
            'entity': 'stockLevels', 'source': 'wms', 'stream': system ~ '_products', 'optional': false,
        }) -%}
    {%- endfor -%}
    {{ return(inputs) }}
{%- endmacro %}
