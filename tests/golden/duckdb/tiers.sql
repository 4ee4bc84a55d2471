-- Corner shop: segmentation 'tiers', version 1.
-- Definition 0000000000000000000000000000000000000000000000000000000000000000.
-- Looks from 2024-10-01: orders after it are left out. To look from another day: --as-of.
-- Makes segment_tiers_features and segment_tiers_assignments anew. For other names: --prefix.
-- Times are in Europe/Paris, amounts in EUR.
-- Scores:
--   rules are tried in order, and the first that holds takes the customer
--   a comparison with what is unknown is unknown, and so is its opposite; what is unknown does not hold
--   from … to … takes in both ends
-- Segments:
--   Platinum: rule 1: spend is at least 2,858.90 (top 5 %)
--   Gold: rule 2, of those whom no rule before it took: spend is at least 1,678.67 (top 20 %)
--   Silver: rule 3, of those whom no rule before it took: spend is at least 847.03 (top 50 %)
--   Bronze: all others: none of rules 1 to 3 holds

-- Needs these tables, cleaned as the study cleans them (other columns are not looked at):
--   orders: one row an order, returns apart
--     customer_id: text
--     is_return: boolean, true for what was returned or cancelled
--     ordered_on: date, the day of ordered_at
--     amount: decimal, what the row is worth, negative for returns; null where there are no amounts

-- 1. Features: one row a customer, in these steps:
--   known_orders: what was known on the day, of those who had bought by then
--   rfm_features: one row a customer. recency_days: days from the last order to as_of. orders: count, returns
--       are none. spend: study currency, net of returns; null where the orders carry no amounts.
DROP TABLE IF EXISTS segment_tiers_features;
CREATE TABLE segment_tiers_features AS
WITH known_orders AS (
  SELECT
    *
  FROM orders
  WHERE
    ordered_on <= CAST('2024-10-01' AS DATE)
    AND customer_id IN (SELECT customer_id FROM orders WHERE NOT is_return AND ordered_on <= CAST('2024-10-01' AS DATE))
), rfm_features AS (
  SELECT
    customer_id,
    DATE_DIFF(
      'DAY',
      MAX(CASE WHEN is_return THEN NULL ELSE ordered_on END),
      CAST('2024-10-01' AS DATE)
    ) AS recency_days,
    COUNT(CASE WHEN is_return THEN NULL ELSE 1 END) AS orders,
    SUM(amount) AS spend
  FROM known_orders AS orders
  GROUP BY
    customer_id
)
SELECT
  rfm_features.customer_id,
  rfm_features.spend
FROM rfm_features;

-- 2. Segments: one row a customer, by the constants of the definition; nothing is fitted here.
DROP TABLE IF EXISTS segment_tiers_assignments;
CREATE TABLE segment_tiers_assignments AS
WITH scoring_1 AS (
  SELECT
    customer_id,
    CASE
      WHEN spend >= 2858.9000
      THEN 'platinum'
      WHEN spend >= 1678.6700
      THEN 'gold'
      WHEN spend >= 847.0300
      THEN 'silver'
      ELSE 'bronze'
    END AS segment_id
  FROM segment_tiers_features AS features
)
SELECT
  customer_id,
  segment_id,
  CASE
    WHEN segment_id = 'platinum'
    THEN 'Platinum'
    WHEN segment_id = 'gold'
    THEN 'Gold'
    WHEN segment_id = 'silver'
    THEN 'Silver'
    WHEN segment_id = 'bronze'
    THEN 'Bronze'
  END AS segment_name,
  CAST(1 AS DOUBLE) AS probability,
  CAST('0000000000000000000000000000000000000000000000000000000000000000' AS TEXT) AS definition,
  CAST('2024-10-01' AS DATE) AS as_of
FROM scoring_1;

-- 3. Profile: size and share of each segment, and its means of what the definition reads.
SELECT
  a.segment_id,
  a.segment_name,
  COUNT(*) AS customers,
  CAST(COUNT(*) AS DOUBLE) / SUM(COUNT(*)) OVER () AS customer_share,
  AVG(CAST(f.spend AS DOUBLE)) AS mean_spend
FROM segment_tiers_assignments AS a
INNER JOIN segment_tiers_features AS f
  ON a.customer_id = f.customer_id
GROUP BY
  a.segment_id,
  a.segment_name
ORDER BY
  customers DESC,
  a.segment_id;

-- 4. Validation: every customer exactly once, from orders to segments. All rows must say ok.
SELECT
  check_number,
  check_name,
  found,
  wanted,
  CASE WHEN found = wanted THEN 'ok' ELSE 'DIFFERS' END AS verdict
FROM (
  SELECT
    1 AS check_number,
    'customers with an order have features' AS check_name,
    (SELECT COUNT(*) FROM segment_tiers_features) AS found,
    (
      SELECT
        COUNT(DISTINCT customer_id)
      FROM orders
      WHERE
        NOT is_return AND ordered_on <= CAST('2024-10-01' AS DATE)
    ) AS wanted
  UNION ALL
  SELECT
    2 AS check_number,
    'features have each customer once' AS check_name,
    (SELECT COUNT(DISTINCT customer_id) FROM segment_tiers_features) AS found,
    (SELECT COUNT(*) FROM segment_tiers_features) AS wanted
  UNION ALL
  SELECT
    3 AS check_number,
    'who has features is assigned' AS check_name,
    (SELECT COUNT(*) FROM segment_tiers_assignments) AS found,
    (SELECT COUNT(*) FROM segment_tiers_features) AS wanted
  UNION ALL
  SELECT
    4 AS check_number,
    'assignments have each customer once' AS check_name,
    (SELECT COUNT(DISTINCT customer_id) FROM segment_tiers_assignments) AS found,
    (SELECT COUNT(*) FROM segment_tiers_assignments) AS wanted
  UNION ALL
  SELECT
    5 AS check_number,
    'each has a segment' AS check_name,
    (SELECT COUNT(segment_id) FROM segment_tiers_assignments) AS found,
    (SELECT COUNT(*) FROM segment_tiers_assignments) AS wanted
) AS checks
ORDER BY
  check_number;

-- 5. Validation: every segment of the definition with its customers, also those with none.
SELECT
  s.place,
  s.segment_id,
  s.segment_name,
  COUNT(a.customer_id) AS customers
FROM (
  SELECT
    1 AS place,
    'platinum' AS segment_id,
    'Platinum' AS segment_name
  UNION ALL
  SELECT
    2 AS place,
    'gold' AS segment_id,
    'Gold' AS segment_name
  UNION ALL
  SELECT
    3 AS place,
    'silver' AS segment_id,
    'Silver' AS segment_name
  UNION ALL
  SELECT
    4 AS place,
    'bronze' AS segment_id,
    'Bronze' AS segment_name
) AS s
LEFT JOIN segment_tiers_assignments AS a
  ON s.segment_id = a.segment_id
GROUP BY
  s.place,
  s.segment_id,
  s.segment_name
ORDER BY
  s.place;
