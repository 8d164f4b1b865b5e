{#- What each flag may hold. A name that is missing here does not exist; tests/dbt hold it equal to
    settings/flags.py. Kinds: boolean, text, texts (a list), choice, percentage, date, guid, timezone,
    assortments, unit_factors. All but boolean, choice, percentage and timezone may be null. -#}
{% macro flag_rules() -%}
    {%- set rules = {
        'prod_ItemGroupCode_filter': {'kind': 'texts'},
        'assortments': {'kind': 'assortments'},
        'price_list_code': {'kind': 'text'},
        'stock_warehouse_ids': {'kind': 'text'},
        'map_purchase_price': {'kind': 'choice', 'choices': ['default', 'Product Cost', 'Purchase Prices', 'none']},
        'filter_CostCenter_Codes': {'kind': 'texts'},
        'filter_sellOrder_CustomerIDs': {'kind': 'texts'},
        'bo_completed_status': {'kind': 'texts'},
        'stock_transfer_from': {'kind': 'text'},
        'stock_transfer_to': {'kind': 'text'},
        'stock_transfer_status': {'kind': 'choice', 'choices': [10, 50]},
        'assembly_supplier': {'kind': 'text'},
        'working_day_holidays': {'kind': 'text'},
        'default_warehouse_id': {'kind': 'text'},
        'warehouse_uuid': {'kind': 'guid'},
        'unit_factors': {'kind': 'unit_factors'},
        'start_date': {'kind': 'date'},
        'as_of': {'kind': 'date'},
        'exact_timezone': {'kind': 'timezone'},
        'response_format': {'kind': 'choice', 'choices': ['xml', 'json']},
        'mass_delete_limit': {'kind': 'percentage'},
    } -%}
    {%- for name in [
        'map_stockLevel', 'map_product_articleCode', 'use_BOM_to_prodAssembled', 'map_IsPurchaseItem',
        'use_IsOnDemandItem', 'use_price_lists', 'sync_stock_montapacking', 'sync_stock_qls',
        'use_bill_of_materials_versions', 'calc_part_quantity', 'map_supplier_mail', 'sync_leadTime_suppliers',
        'sync_leadTime_supProducts', 'useMOQ', 'useLOT', 'useLOT_PurchaseLotSize', 'map_preferred_supplier',
        'use_sales_orders', 'use_sales_invoices', 'pullAllOrders', 'use_drop_shipments', 'sync_sell_orders_only',
        'unit_convert_sell_orders', 'use_sales_orders_multiple_warehouses',
        'use_sales_invoices_multiple_warehouses', 'use_assembly_orders', 'map_buyOrders_AmountFC',
        'export_BOLine_price', 'export_order_number', 'export_stock_transfers',
        'use_buy_orders_multiple_warehouses', 'unit_filter', 'use_production_orders', 'dont_use_current_division',
        'sync_products', 'sync_productCompositions', 'sync_suppliers', 'sync_supplierProducts', 'sync_sellOrders',
        'sync_buyOrders', 'sync_receiptLines',
    ] -%}
        {%- do rules.update({name: {'kind': 'boolean'}}) -%}
    {%- endfor -%}
    {{ return(rules) }}
{%- endmacro %}
